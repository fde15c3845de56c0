"""What words look like: colours, places, materials and moods, and which motif a word asks for.

Data only. Keys are without accents and in lower case, as `palette.tokens` makes them. English words are the
themes' own names; the aliases add synonyms and common German, French and Spanish words.
"""

from __future__ import annotations

#: Theme -> six colours from dark to light.
THEMES: dict[str, str] = {
    # colours
    "red": "24040a 6b0f1a b3161f e63946 ff8a70 ffe3d3",
    "orange": "2b0f04 7a2a06 c9510c f77f1e ffb35c fff0d4",
    "yellow": "33210a 8a5a0a d19a10 f7c81e ffe26b fffbe0",
    "green": "05170c 0d4a26 1b7f3f 3fb25f 97d98a eefbdc",
    "teal": "021a1c 05484d 0a7d80 1fb0a6 7edcc9 e6fbf3",
    "cyan": "031d2b 06506e 0a8db3 26c1dc 8aebf0 ecfffd",
    "blue": "050b2a 0d2a75 1551bf 3a8bf0 8ec7ff eef8ff",
    "indigo": "0b0630 231273 4a2bb8 7a5cf0 b3a6ff f1efff",
    "purple": "16052b 44107a 7b25b8 ad58e6 d7a2f7 f9edff",
    "magenta": "25041f 6e0b57 b81489 ec3fae ff94cf ffeaf5",
    "pink": "2b0716 8a1c4a d43d77 ff79a3 ffb5c9 fff1f3",
    "brown": "1a0c06 4a2613 854a23 bb7a43 e0b184 faedd9",
    "white": "3a4150 78849a aebacb d3dce6 ebf0f4 ffffff",
    "black": "020204 0c0d12 1b1d26 3b3f4d 8a8f9e f1f0ea",
    "grey": "0d1014 2b323a 56606b 8b97a2 c2cbd1 f5f6f3",
    # metals and stones
    "gold": "1c1206 5a3a0c a8741a d9a52e f4d06f fff4cf",
    "silver": "10141c 39424f 6f7c8c a8b5c2 d8e0e6 fbfcfb",
    "copper": "1d0a06 5e2413 a4492a d9794a f4b58c ffefdf",
    "emerald": "02140f 04392a 0a6b4c 159f70 66d6a6 dcf9ea",
    "ruby": "1c0209 5c0620 a30a35 dc2452 ff7d8f ffe5e2",
    "sapphire": "03082b 0b1f6b 1a3fb0 3b72e8 8db6ff eaf3ff",
    "amethyst": "12062b 3a1569 6a34a8 9d6bd9 cfaef2 f8f0ff",
    "turquoise": "03212a 06596a 0b96a0 2fc7c0 93ebdc effff8",
    # places and weather
    "ocean": "03122e 07336b 0b62a8 1f9ccc 7fdbe0 f1fcf4",
    "beach": "0a3a52 12808f 4fc3bd f2d39b fae6bf fffaf0",
    "sunset": "1d0d3d 571a6b b3265f f2583e ffa245 ffe39a",
    "sunrise": "1c2150 5d4290 c4618f f78f7d ffc48a fff1c7",
    "desert": "2b0b10 7a2418 bf4a22 e58543 f6bd7c fff0d1",
    "forest": "04140d 0d3320 20592f 4a8a3c 9fc25c f1f3c4",
    "jungle": "03150f 07402b 0f7a42 45ad3f b5d94a fff3b0",
    "moss": "07150a 173d17 357026 6ba83b b3d76c f3f6cf",
    "meadow": "0b2a17 226b33 5aa63f a6d054 f4e06d fff9e0",
    "spring": "1f5136 57a065 9bd08a f7b8cf ffd9e2 fff8ef",
    "summer": "07466b 0f93b8 3fc9b0 ffd23f ff9b54 fff4d6",
    "autumn": "230a08 6b1d10 b3401a e57c22 f4b942 fff0c2",
    "winter": "0b1d3a 264a7a 5b8bbf 9cc3e3 cfe6f4 fafdff",
    "snow": "1b2c4d 4a6d9c 8db0d4 bfd8ec e2eff8 ffffff",
    "ice": "06263d 0f5c85 3aa0c4 8bd6e6 c9f1f4 f8ffff",
    "mountain": "0c1430 2b3566 5f6aa3 a18fc0 e8b9b8 fff0dc",
    "storm": "070b16 1d2a45 3f5673 6f8fa6 adc9d1 f2f8f1",
    "rain": "08131f 1a3a52 34708a 6ba6b5 afd6d6 f1faf4",
    "sky": "0b2a6b 1f62b8 4f9ee8 93cdfa cfeafd fffdf5",
    "aurora": "030a24 0b2f5c 0d7f7d 2fd08f 9af5b0 f0d4ff",
    "night": "03041a 0b1145 21268a 4a52c9 9aa6f2 f5f0d9",
    "space": "040316 1a0b4a 4a1786 a52aa8 f2789f ffe9c9",
    "fire": "1a0204 6b0a08 c42208 f7630c ffb02b fff3b5",
    "lava": "120205 4d0610 a8140f f04a0e ffa02b ffeeb0",
    "volcano": "0d0509 3f0d1c 941a1c e6481d ff9a3d ffe9b8",
    # growing and eaten things
    "rose": "26050f 7a1233 c22a54 f0648a fbaebd fff0ea",
    "lavender": "1d1440 4b3787 7f66bd b095e0 dcc8f5 fbf5ff",
    "cherry": "22030c 7d0b2a c81d45 f45c7c ffb0bd fff0ee",
    "lemon": "2c3a08 7a8a12 c9c31c f5e13a fff08a fffde6",
    "peach": "4a1a1a a84f42 e88a6b ffb38f ffd6ba fff5ea",
    "mint": "073328 14735c 3db592 86dcbb c2f2dd f5fff9",
    "berry": "1a0526 500f52 931f6b d1457f f493ac ffecec",
    "coffee": "160a06 3d1e12 74401f ab7040 d9ae7e faefdc",
    "honey": "2a1304 7d430a c87d12 f0ad2c fdd678 fff6da",
    # looks
    "neon": "07041c 240a5e 6a12c9 f01cb0 ff6ac1 7df9ff",
    "pastel": "6c6a9c a59bcb d9b3dd f9c3d0 fde2cd fdfae6",
    "rainbow": "3b1a8f 1273d6 0fb5a6 6fce4b ffc93c ff7a8a",
    "candy": "5c1a6b c42d8f ff5fa2 ff9fb8 9fe8f0 fff7d9",
    "vintage": "2a1d1f 5f3d3a a06a4d d19c63 ecd09a fbf2da",
    "royal": "0e0630 2f1478 5a2bb0 b3378f e8b33f fff0bd",
    "tropical": "04304a 067a7d 12b886 ffd43b ff8a5c fff3df",
    "galaxy": "050318 1f0c54 4f1d91 b13a9d f78aa0 ffeecf",
}

#: Vivid companions where the theme alone would lack a spark.
ACCENTS: dict[str, str] = {
    "neon": "00f0ff ff2bd6 fff34d 39ff88",
    "ocean": "ff8a5b ffe08a 9ff5e5",
    "forest": "f2b33d e8703a d8f07a",
    "moss": "f0a63a d9e86a 8fd6a0",
    "spring": "ff7fa8 ffd94f 7fd6c0 b79bf0",
    "pastel": "ff9eb8 8fd8e8 ffe08a b8a2f0",
    "sunset": "ffd166 ff5d8f 6f4bd8",
    "night": "ffd77a ff8fb0 8fe3ff",
    "space": "ffd77a 67e8f9 ff7ac0",
    "galaxy": "ffd77a 67e8f9 ff7ac0",
    "gold": "ffe39a f0b429 fff6d8",
    "black": "e8b33f e63946 f1f0ea",
    "white": "e8b33f 3a8bf0 f28f9b",
    "grey": "e8b33f 2fa8b8 f28f9b",
    "rainbow": "ff4d6d ffd23f 2ec4b6 4361ee",
}

#: Other words for a theme.
ALIASES: dict[str, str] = {
    word: theme
    for theme, words in {
        "red": "rot rote roter rotes rouge rojo roja scarlet crimson crimsom vermilion carmine blood blut sang sangre",
        "orange": "naranja tangerine apricot pumpkin kurbis citrouille calabaza",
        "yellow": "gelb gelbe gelber jaune amarillo amarilla canary sunflower sonnenblume tournesol girasol",
        "green": "grun grune gruner vert verte verde lime olive sage",
        "teal": "petrol lagoon lagune laguna",
        "cyan": "aqua",
        "blue": "blau blaue blauer blaues bleu bleue azul azure cobalt navy cobalto",
        "indigo": "ultramarine iris",
        "purple": "violet lila violett violette violeta morado pourpre plum pflaume prune",
        "magenta": "fuchsia",
        "pink": "rosa flamingo salmon lachs",
        "brown": "braun brun marron wood wooden holz bois madera oak earth erde terre tierra leather leder rust rost",
        "white": "weiss weisse weisser blanc blanche blanco blanca ivory marble marmor marbre marmol pearl perle perla",
        "black": "schwarz schwarze noir noire negro negra ink tinte encre tinta obsidian coal",
        "grey": "gray grau graue gris concrete beton stone stein pierre piedra smoke rauch fumee humo",
        "gold": "golden goldene dore doree dorado dorada or oro gilded brass messing amber bernstein ambre ambar",
        "silver": "silber argent plata chrome steel stahl metal metall moonlight",
        "copper": "kupfer cuivre cobre bronze terracotta clay",
        "emerald": "smaragd emeraude esmeralda jade malachite",
        "ruby": "rubin rubis rubi garnet wine wein vin vino burgundy",
        "sapphire": "saphir zafiro lapis",
        "amethyst": "amethyste amatista quartz",
        "turquoise": "turkis turquesa peacock",
        "ocean": "sea meer see ozean mer oceano mar wave welle vague ola water wasser eau agua river fluss lake "
        "underwater "
        "fish whale wal coral reef riff",
        "beach": "strand plage playa island insel ile isla sand",
        "sunset": "sonnenuntergang abendrot coucher atardecer puesta ocaso dusk dammerung crepuscule evening abend",
        "sunrise": "sonnenaufgang dawn morgenrot aube amanecer aurore morning morgen matin manana",
        "desert": "wuste desierto dune mars canyon sahara",
        "forest": "wald foret bosque woods tree baum arbre arbol pine fir leaf leaves blatt feuille hoja fern "
        "farn nature natur",
        "jungle": "dschungel selva rainforest parrot frog",
        "moss": "moos mousse musgo lichen swamp",
        "meadow": "wiese prairie pradera grass gras field feld",
        "spring": "fruhling printemps primavera garden garten jardin flower flowers blume blumen fleur flor "
        "blossom bloom",
        "summer": "sommer ete verano sun sonne soleil sol sunny sunshine",
        "autumn": "fall herbst automne otono harvest maple",
        "winter": "hiver invierno christmas arctic polar",
        "snow": "schnee neige nieve",
        "ice": "eis glace hielo frost frozen glacier gletscher",
        "mountain": "mountains berg berge montagne montana alps alpen peak hill",
        "storm": "sturm tempete tormenta thunder gewitter lightning blitz",
        "rain": "regen pluie lluvia fog nebel brume niebla mist",
        "sky": "himmel ciel cielo cloud wolke nuage nube clouds",
        "aurora": "polarlicht northern borealis",
        "night": "nacht nuit noche midnight mitternacht moon mond lune luna",
        "space": "weltall espace espacio cosmos kosmos universe nebula planet star stern etoile estrella stars sterne",
        "galaxy": "galaxie galaxia milchstrasse milky",
        "fire": "feuer feu fuego flame flamme llama dragon drache phoenix",
        "lava": "magma ember glut",
        "volcano": "vulkan volcan",
        "rose": "tulip tulpe peony poppy mohn roses love liebe amour amor heart herz coeur corazon",
        "lavender": "lavendel lavande lavanda lilac flieder wisteria",
        "cherry": "kirsche cerise cereza sakura strawberry erdbeere",
        "lemon": "zitrone citron limon citrus",
        "peach": "pfirsich peche melocoton",
        "mint": "minze menthe menta",
        "berry": "beere baie berries blueberry grape",
        "coffee": "kaffee cafe chocolate schokolade chocolat espresso latte autumnal",
        "honey": "honig miel bee biene abeille",
        "neon": "cyberpunk synthwave vaporwave futuristic laser disco glow glowing electric arcade",
        "pastel": "pastell pastels kawaii soft unicorn dreamy",
        "rainbow": "regenbogen arcoiris colourful colorful bunt psychedelic prism carnival",
        "candy": "bonbon caramelo sweet bubblegum icecream",
        "vintage": "retro antique sepia nostalgic old alt",
        "royal": "king queen konig konigin palace baroque opulent magic magical wizard",
        "tropical": "tropisch tropique hawaii palm palme toucan",
    }.items()
    for word in words.split()
}

#: Mood -> (lightness offset, lightness factor, chroma factor).
MOODS: dict[str, tuple[float, float, float]] = {
    "pastel": (0.12, 0.88, 0.9),
    "deep": (-0.03, 0.92, 1.08),
    "dark": (-0.05, 0.86, 1.0),
    "night": (-0.03, 0.92, 1.05),
    "bright": (0.05, 0.98, 1.1),
    "light": (0.12, 0.88, 0.9),
    "vivid": (0.0, 1.0, 1.25),
    "neon": (0.0, 1.0, 1.2),
    "muted": (0.02, 0.96, 0.6),
    "monochrome": (0.0, 1.0, 0.05),
}

MOOD_ALIASES: dict[str, str] = {
    word: mood
    for mood, words in {
        "deep": "tief tiefe tiefes profond profonde profundo profunda rich",
        "dark": "dunkel dunkle dunkler sombre oscuro oscura gothic moody noir shadow",
        "night": "nacht nuit noche midnight",
        "bright": "hell helle clair claire claro brillante happy sunny joyful",
        "light": "airy delicate gentle zart tendre suave",
        "vivid": "vibrant saturated bold intense pop lebhaft vif vivo",
        "muted": "subtle calm faded ruhig calme dusty matte",
        "monochrome": "greyscale grayscale monochromatic blackandwhite",
    }.items()
    for word in words.split()
}

#: Motif -> the words that ask for it. The first word of the prompt that is found here decides.
MOTIF_WORDS: dict[str, str] = {
    "sea": "ocean beach sunset sunrise sea sky summer rain boat ship lighthouse harbour harbor tropical horizon",
    "land": "desert mountain snow winter meadow landscape landschaft paysage paisaje valley aurora storm "
    "volcano wolf hills",
    "city": "city stadt ville ciudad street strasse rue calle skyline tokyo paris london york berlin building urban "
    "cyberpunk traffic car robot tower bridge metropolis downtown",
    "bloom": "spring rose lavender cherry flower peach candy bouquet wedding butterfly schmetterling papillon "
    "petal easter",
    "leaves": "forest jungle moss autumn green plant leaf bird mint vogel oiseau fox bear owl tea botanical",
    "deco": "deco art-deco ornament geometric pattern muster motif gatsby tile royal gold luxury jewel mandala "
    "wallpaper scandinavian symmetry",
    "agate": "agate achat crystal marble amethyst emerald ruby sapphire turquoise stone gem mineral ice geode "
    "lava copper "
    "liquid ink oil",
    "cosmos": "space galaxy night star cosmic astronaut alien rocket rakete fusee cohete moon planet fire magic dream "
    "traum reve sueno",
    "shapes": "abstract abstrakt abstrait bauhaus kandinsky music musik jazz dance cubist modern circle square party "
    "rainbow dog cat hund katze chat gato",
    "silk": "silk seide soie seda flow smoke wind fabric velvet hair woman portrait wave feather water fish",
}
