"""The operator's command line: `python -m kaleipix_app`."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.settings import BadSettings, Settings, load

ROOT = Path(__file__).parent.parent

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Run and look after a Kaleipix studio."""
    log.configure()


admin = typer.Typer(help="Who may look after this studio from inside.", no_args_is_help=True)
app.add_typer(admin, name="admin")
credits = typer.Typer(help="The credit ledger.", no_args_is_help=True)
app.add_typer(credits, name="credits")
retention = typer.Typer(help="What is removed by itself, and when.", no_args_is_help=True)
app.add_typer(retention, name="retention")
requests = typer.Typer(help="What people ask for under data protection law.", no_args_is_help=True)
app.add_typer(requests, name="requests")
policy = typer.Typer(help="The privacy policy.", no_args_is_help=True)
app.add_typer(policy, name="policy")

reports = typer.Typer(help="What people reported about shared pictures.", no_args_is_help=True)
app.add_typer(reports, name="reports")


def _refuse(reason: str) -> NoReturn:
    print(f"kaleipix: {reason}", file=sys.stderr)
    raise typer.Exit(1)


@contextmanager
def _one_clear_line() -> Iterator[None]:
    """What an operator can mend is said in one line; a bug still shows its trace."""
    from kaleipix_app.commands.build import BuildFailed
    from kaleipix_app.commands.serve import CannotServe

    try:
        yield
    except (BadSettings, BuildFailed, CannotServe, KaleipixError) as error:
        _refuse(str(error))


def _checked() -> Settings:
    """Settings, and the place for data, before anything is started."""
    return _with_a_place_for_data(load())


def _with_a_place_for_data(settings: Settings) -> Settings:
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            pass
        settings.secret_keys()
    except OSError as error:
        raise BadSettings(f"KALEIPIX_DATA_DIR cannot be used: {error.strerror} ({settings.data_dir}).") from error
    if settings.c2pa_cert is not None:
        from kaleipix_app.backend.media.signing import marker

        marker(settings.c2pa_cert, settings.c2pa_key)
    return settings


def _migrated(settings: Settings) -> str:
    from kaleipix_app.backend.db.migrate import upgrade

    return asyncio.run(upgrade(settings.database_url))


@app.command()
def serve() -> None:
    """Migrate the database, build the front end if the source changed, and serve until stopped."""
    from kaleipix_app.backend.db.newest import is_newest
    from kaleipix_app.commands import build
    from kaleipix_app.commands import serve as serving
    from kaleipix_app.commands.aside import aside

    with _one_clear_line():
        settings = load()
        serving.check_port(serving.address(settings), settings.port)
        if not is_newest(_with_a_place_for_data(settings).database_url):
            aside(_migrated, settings)
        serving.serve(settings, build.ensure_built(ROOT))


@app.command()
def migrate() -> None:
    """Bring the database to this version. Does nothing if it is there already."""
    with _one_clear_line():
        print(f"The database is at revision {_migrated(_checked())}.")


@app.command()
def build() -> None:
    """Build the front end if its source changed, without serving it."""
    from kaleipix_app.commands.build import ensure_built

    with _one_clear_line():
        _checked()
        ensure_built(ROOT)
        print("The front end is built.")


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print data instead of a table.")] = False) -> None:
    """Check everything an operator relies on; changes nothing."""
    from kaleipix_app.commands import doctor as looking

    examination = looking.examine()
    findings = [{"what": one.what, "fine": one.fine, "sentence": one.sentence} for one in examination.findings]
    print(json.dumps(findings) if as_json else looking.table(examination))
    if not examination.is_fine:
        raise typer.Exit(1)


@admin.command("add")
def admin_add(email: str) -> None:
    """Make the person with this address an admin; they must have signed in once."""
    from kaleipix_app.commands.people import add_admin

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(add_admin(settings, email))


@credits.command("grant")
def credits_grant(
    email: str, amount: int, reason: Annotated[str, typer.Option(help="Why; kept in the ledger.", show_default=False)]
) -> None:
    """Give credits to the person with this address."""
    from kaleipix_app.commands.people import grant_credits

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(grant_credits(settings, email, amount, reason))


@app.command()
def export(
    email: str, out: Annotated[Path, typer.Option(help="The ZIP to write; must not exist yet.", show_default=False)]
) -> None:
    """Write everything that is stored about the person with this address into one ZIP."""
    from kaleipix_app.commands import privacy

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(privacy.export(settings, email, out))


@app.command()
def erase(
    email: str,
    now: Annotated[bool, typer.Option("--now", help="Erase the account too, without waiting for 30 days.")] = False,
) -> None:
    """Delete the account of the person with this address: pictures and prompts at once, the rest in 30 days."""
    from kaleipix_app.commands import privacy

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(privacy.erase(settings, email, now=now, tell=print))


@policy.command("publish")
def policy_publish(
    file: Annotated[Path, typer.Argument(help="Your words: UTF-8 text, or Markdown with headings and lists.")],
    effective: Annotated[str, typer.Option(help="The day from which it holds, like 2027-01-31.", show_default=False)],
    significant: Annotated[
        bool, typer.Option("--significant", help="Mail it, and show it until acknowledged.")
    ] = False,
) -> None:
    """Publish a version of the privacy policy with your words in it; what the studio itself says there stays true."""
    from kaleipix_app.commands import policy as publishing

    with _one_clear_line():
        day = publishing.read_day(effective)
        settings = _checked()
        _migrated(settings)
        print(publishing.publish(settings, file, day, significant=significant))


@app.command()
def backup(file: Path) -> None:
    """Write database and pictures into one file, also while the studio runs (SQLite)."""
    from kaleipix_app.commands import backup as copying

    with _one_clear_line():
        print(copying.backup(_checked(), file))


@app.command()
def restore(file: Annotated[Path | None, typer.Argument(show_default=False)] = None) -> None:
    """Replace database and pictures by those of a backup; what was erased since is erased again. Stop the studio first.

    Without FILE nothing is replaced: do that after PostgreSQL's own tools have brought an older database back.
    """
    from kaleipix_app.commands import backup as copying

    with _one_clear_line():
        settings = _checked()
        print(copying.restore(settings, file) if file else copying.erase_again(settings))


@requests.command("list")
def requests_list(
    everything: Annotated[bool, typer.Option("--all", help="Those that were answered too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print data instead of text.")] = False,
) -> None:
    """Show the privacy requests that wait for an answer, the most urgent first."""
    from kaleipix_app.commands import requests as inbox

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        found = inbox.asked(settings, everything=everything)
        print(json.dumps(inbox.data(found)) if as_json else inbox.table(found))


@requests.command("answer")
def requests_answer(
    reference: str,
    text: Annotated[str | None, typer.Option(help="The answer.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option(help="A text file with the answer.", show_default=False)] = None,
) -> None:
    """Answer a privacy request, once: its person gets a mail and sees the answer in the privacy centre."""
    from kaleipix_app.commands import requests as inbox

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(inbox.answer(settings, reference, text, file))


@reports.command("list")
def reports_list() -> None:
    """Show every open report, the most urgent first."""
    from kaleipix_app.commands import reports as reported

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(reported.listing(settings))


@reports.command("take-down")
def reports_take_down(id: str) -> None:
    """Take down what this report is about, with identical copies: no link shows them from now on."""
    from kaleipix_app.commands import reports as reported

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(reported.take_down(settings, id))


@reports.command("dismiss")
def reports_dismiss(id: str) -> None:
    """Close this report; the link stays as it is."""
    from kaleipix_app.commands import reports as reported

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        print(reported.dismiss(settings, id))


@retention.command("run")
def retention_run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count, remove nothing.")] = False,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As if it were this day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print data instead of a table.")] = False,
) -> None:
    """Remove what is kept no longer; the studio does this every hour by itself."""
    from kaleipix_app.commands import retention as cleaning

    with _one_clear_line():
        settings = _checked()
        _migrated(settings)
        outcomes = cleaning.run(settings, as_of, dry=dry_run)
        print(json.dumps([asdict(one) for one in outcomes]) if as_json else cleaning.table(outcomes, dry=dry_run))
        if failed := [one.name for one in outcomes if one.removed is None]:
            _refuse(f"{failed[0]} failed; the log says why.")


if __name__ == "__main__":
    app()
