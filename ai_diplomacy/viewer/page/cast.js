// Powers and players: the colour and the letter of each power, and what a model is called where there is little room.

// Colours that stay apart for colour-blind readers (after Okabe and Ito); a letter always stands beside them.
const COLOURS = {
  AUSTRIA: "#d55e00",
  ENGLAND: "#0072b2",
  FRANCE: "#56b4e9",
  GERMANY: "#5a5a5a",
  ITALY: "#009e73",
  RUSSIA: "#cc79a7",
  TURKEY: "#e3b505",
};
const FURTHER = ["#d55e00", "#0072b2", "#56b4e9", "#5a5a5a", "#009e73", "#cc79a7", "#e3b505", "#882255", "#9467bd", "#8c6d31"];
const DARK_INK = new Set(["#56b4e9", "#cc79a7", "#e3b505", "#d55e00", "#009e73"]);

export class Cast {
  // `models`: all ids that stand beside each other.
  cast(powers, models) {
    this.powers = powers;
    this.letters = shortest(powers);
    this.colours = colours(powers);
    this.shorts = shortNames(models);
    return this;
  }

  colour(power) {
    return this.colours[power] ?? FURTHER[0];
  }

  ink(power) {
    return DARK_INK.has(this.colour(power)) ? "#14181b" : "#ffffff";
  }

  letter(power) {
    return this.letters[power] ?? "?";
  }

  // What a model is called where there is little room.
  short(model) {
    return this.shorts.get(model) ?? model;
  }
}

// No two powers share one as long as there are enough.
function colours(powers) {
  const own = Object.fromEntries(powers.filter((power) => COLOURS[power]).map((power) => [power, COLOURS[power]]));
  const free = FURTHER.filter((colour) => !Object.values(own).includes(colour));
  const others = powers.filter((power) => !own[power]);
  return { ...own, ...Object.fromEntries(others.map((power, at) => [power, free[at % free.length]])) };
}

// "openrouter:anthropic/claude-3-5-sonnet-20241022@https://host" -> "claude-3-5-sonnet"; of two that would be called the
// same, more is left.
function shortNames(models) {
  const ways = [
    (model) => base(model).replace(/-(20\d{6}|20\d\d-\d\d-\d\d)(?=$|:)/, ""),
    base,
    (model) => model.replace(/@https?:.*$/, ""),
    (model) => model,
  ];
  const all = [...new Set(models)];
  const named = new Map(all.map((model) => [model, model]));
  for (const model of all) {
    const way = ways.find((each) => all.every((other) => other === model || each(other) !== each(model)));
    named.set(model, way(model));
  }
  return named;
}

// Without provider and address; a bare word such as the "random" of "offline:random" needs its provider.
function base(model) {
  const name = model.replace(/@https?:.*$/, "");
  const bare = name.slice(name.indexOf(":") + 1).split("/").at(-1);
  return /[-\d]/.test(bare) ? bare : name;
}

function shortest(powers) {
  const letters = {};
  for (const power of powers) {
    let size = 1;
    while (size < power.length && powers.some((other) => other !== power && other.startsWith(power.slice(0, size)))) size += 1;
    letters[power] = power.charAt(0) + power.slice(1, size).toLowerCase();
  }
  return letters;
}
