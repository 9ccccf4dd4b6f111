// Class names and typed words -> the names that match, and where: case, accents and what parts words do not count.

const SHOWN = 50;
const INSIDE = 3;

/** One character as it is compared: several where it stands for several, none where it only marks the one before. */
const plain = (character) =>
  character.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").replace(/[\s_\-./]/g, " ");

/** The text as it is compared, and for each of its characters where the one that it came from starts and ends. */
function folded(text) {
  const fold = { text: "", starts: [], ends: [] };
  let start = 0;
  for (const character of text) {
    const letters = plain(character);
    const end = start + character.length;
    if (!letters && fold.ends.length) fold.ends[fold.ends.length - 1] = end;
    fold.text += letters;
    for (let place = 0; place < letters.length; place++) {
      fold.starts.push(start);
      fold.ends.push(end);
    }
    start = end;
  }
  return fold;
}

const words = (typed) => folded(typed).text.split(" ").filter(Boolean);

/** Where each word stands in the name, best at the start of a word (short ones only there); null without one. */
function places(name, wanted) {
  const spaced = ` ${name.text}`;
  const found = wanted.map((word) => {
    const start = spaced.indexOf(` ${word}`);
    if (start >= 0 || word.length < INSIDE) return { start, length: word.length, inside: false };
    return { start: spaced.indexOf(word) - 1, length: word.length, inside: true };
  });
  return found.every(({ start }) => start >= 0) ? found : null;
}

/**
 * The first classes that hold every typed word, and how many more do: first the one that was typed to the letter, then
 * those with words that begin so, by place and by name.
 */
export function matching(classes, typed) {
  const wanted = words(typed);
  const letters = (text) => text.normalize("NFC");
  const rank = (name, where) =>
    letters(name) === letters(typed) ? -1 : where.reduce((sum, { start, inside }) => sum + start + 1_000 * inside, 0);
  const found = classes
    .map((name) => [name, places(folded(name), wanted)])
    .filter(([, where]) => where)
    .map(([name, where]) => ({ name, rank: rank(name, where) }))
    .sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name));
  return { names: found.slice(0, SHOWN).map(({ name }) => name), more: Math.max(0, found.length - SHOWN) };
}

/** Whether a class of this name is there, case and spaces aside. An accent may make another class. */
export function named(classes, typed) {
  const same = (text) => text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
  return classes.some((name) => same(name) === same(typed));
}

/** The name in pieces, each with whether it was typed. */
export function pieces(name, typed) {
  const fold = folded(name);
  const cut = [];
  let end = 0;
  for (const { start, length } of places(fold, words(typed)).sort((a, b) => a.start - b.start)) {
    const [from, to] = [fold.starts[start], fold.ends[start + length - 1]];
    if (from < end) continue;
    cut.push({ text: name.slice(end, from), typed: false }, { text: name.slice(from, to), typed: true });
    end = to;
  }
  return [...cut, { text: name.slice(end), typed: false }].filter(({ text }) => text);
}
