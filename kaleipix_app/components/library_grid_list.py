"""What the library's grid knows: how many pictures each day has, and those that were asked for so far."""

# The list is as long as the library from the moment its days are told; where nothing was loaded yet it has holes, and
# a page fills those that are on the screen. So every place has its height before anybody goes there, and a jump loads
# one page. Ids begin with their moment: 48 bits in base 32.
CODE = """
const KX_GAP = 8, KX_DAY = 52, KX_OVER = 500, KX_AHEAD = 1600, KX_PAGE = 40, KX_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";
const kxDayName = new Intl.DateTimeFormat("en-GB", {weekday: "long", day: "numeric", month: "long", year: "numeric"});
const kxTwo = (number) => String(number).padStart(2, "0");
const kxKey = (date) => date.getFullYear() + "-" + kxTwo(date.getMonth() + 1) + "-" + kxTwo(date.getDate());
const kxDate = (day) => { const [year, month, date] = day.split("-").map(Number); return new Date(year, month - 1, date); };
const kxDayOf = (id) => kxKey(new Date(Math.floor([...id.slice(0, 10)].reduce((sum, one) => 32 * sum + KX_BASE32.indexOf(one), 0) / 4)));
function kxDaysOf(items) {
  const days = [];
  for (const one of items) { const day = kxDayOf(one.id); if (days[days.length - 1]?.day === day) days[days.length - 1].count += 1; else days.push({day, count: 1}); }
  return days;
}
function kxDaysRead(text, oldest) {  // "2026-11-24:12 3 2:5": so many on that day, on the next one in the list, on the one two days on
  let at = null;
  return text.split(" ").filter(Boolean).map((word) => {
    const [gap, count] = word.includes(":") ? word.split(":") : [1, word];
    at = at ? new Date(at.getFullYear(), at.getMonth(), at.getDate() + (oldest ? 1 : -1) * gap) : kxDate(gap);
    return {day: kxKey(at), count: Number(count)};
  });
}
function kxLayout(days, width) {
  const columns = width < 600 ? 3 : Math.max(4, Math.floor((width + KX_GAP) / (190 + KX_GAP))), size = Math.floor((width - (columns - 1) * KX_GAP) / columns);
  let top = 0, from = 0, row = 1;
  const blocks = days.map(({day, count}) => {
    const lines = Math.ceil(count / columns), block = {day, from, to: from + count, top, row, lines, height: KX_DAY + lines * (size + KX_GAP)};
    top += block.height; from += count; row += 1 + lines;
    return block;
  });
  return {blocks, columns, size, height: top, rows: row - 1};
}
const kxBlockOf = (layout, at) => layout.blocks.find((one) => one.from <= at && at < one.to);
function kxLine(layout, block, line) {
  const from = block.from + line * layout.columns;
  return {from, to: Math.min(block.to, from + layout.columns), top: block.top + KX_DAY + line * (layout.size + KX_GAP), height: layout.size, row: block.row + 1 + line};
}
function kxRowsIn(layout, top, bottom) {
  const rows = [], step = layout.size + KX_GAP;
  for (const one of layout.blocks) {
    if (one.top + one.height <= top || one.top >= bottom) continue;
    if (one.top + KX_DAY > top) rows.push({day: one.day, top: one.top, height: KX_DAY, row: one.row});
    const first = Math.max(0, Math.floor((top - one.top - KX_DAY) / step)), last = Math.min(one.lines - 1, Math.floor((bottom - one.top - KX_DAY) / step));
    for (let line = first; line <= last; line++) rows.push(kxLine(layout, one, line));
  }
  return rows;
}
// The place of the next page: what is on the screen first, then what is below it, then what is above.
function kxWanted(items, layout, top, bottom) {
  const isHole = (at) => at >= 0 && at < items.length && items[at] === undefined;
  const holes = (from, to) => kxRowsIn(layout, from, to).filter((row) => !row.day).flatMap(({from, to}) => Array.from({length: to - from}, (_, n) => from + n)).filter(isHole);
  let at = holes(top, bottom)[0] ?? holes(bottom, bottom + KX_AHEAD)[0] ?? holes(top - KX_AHEAD, top).pop();
  if (at === undefined) return null;
  let end = at;
  while (end < at + KX_PAGE && isHole(end)) end++;
  while (end - at < KX_PAGE && isHole(at - 1)) at--;
  const block = kxBlockOf(layout, at);
  return {day: block.day, skip: at - block.from};
}
const kxStart = (days, index) => days.slice(0, index).reduce((sum, one) => sum + one.count, 0);
function kxFilled(list, day, skip, found) {
  const index = list.days.findIndex((one) => one.day === day);
  if (index < 0) return list;
  const items = list.items.slice(), from = kxStart(list.days, index) + skip, to = Math.min(from + KX_PAGE, items.length);
  for (let at = from; at < to; at++) items[at] = found[at - from] ?? items[at] ?? null;  // null: is not there after all, and is not asked for again
  return {...list, items};
}
function kxChanged(list, change, oldest) {
  const items = list.items.slice(), before = (a, b) => oldest ? a < b : a > b;
  let days = list.days.map((one) => ({...one}));
  const forget = (from, to) => { for (let at = from; at < to; at++) items[at] = undefined; };
  for (const id of change.removed) {
    const at = items.findIndex((one) => one?.id === id);
    let index, from = 0;
    if (at >= 0) { index = 0; while (from + days[index].count <= at) from += days[index++].count; items.splice(at, 1); }
    else {
      index = days.findIndex((one) => one.day === kxDayOf(id));
      if (index < 0) continue;
      from = kxStart(days, index); forget(from, from + days[index].count); items.splice(from, 1);
    }
    days[index].count -= 1;
    days = days.filter((one) => one.count > 0);
  }
  for (const one of change.put) {
    const there = items.findIndex((other) => other?.id === one.id);
    if (there >= 0) { items[there] = one; continue; }
    const day = kxDayOf(one.id);
    let index = days.findIndex((other) => other.day === day || before(day, other.day));
    if (index < 0) index = days.length;
    if (days[index]?.day !== day) days.splice(index, 0, {day, count: 0});
    const from = kxStart(days, index), to = from + days[index].count;
    let at = from;
    while (at < to && items[at] && before(items[at].id, one.id)) at++;
    if (at === to || items[at]) items.splice(at, 0, one);
    else { forget(from, to); items.splice(from, 0, undefined); }
    days[index].count += 1;
  }
  return {...list, days, items};
}
// The days as they are by now; what is known of those that did not change stays.
function kxReconciled(list, days, top) {
  const items = list.isWhole ? [] : list.items.slice(), old = new Map();
  let from = 0;
  for (const one of list.days) { old.set(one.day, {...one, from}); from += one.count; }
  from = 0;
  for (const one of days) {
    const same = list.isWhole && old.get(one.day);
    if (same && same.count === one.count) for (let n = 0; n < one.count; n++) items[from + n] = list.items[same.from + n];
    from += one.count;
  }
  top.forEach((one, at) => { items[at] = one; });
  items.length = from;
  return {...list, days, items, isWhole: true};
}
"""
