/** Ten rounds of a form that never looks the same twice; counts the fields that were filled right. */

/** What a contact consists of: the column of people.csv and the label people read. */
const FIELDS = [
  ["first_name", "First name"],
  ["last_name", "Last name"],
  ["company", "Company"],
  ["role", "Role"],
  ["address", "Address"],
  ["email", "E-mail"],
  ["phone", "Phone"],
];
const ROUNDS = 10;
/** How many fields stand side by side, row by row; a row has six columns. */
const ARRANGEMENTS = [
  [3, 2, 2],
  [2, 3, 2],
  [2, 2, 3],
  [1, 2, 2, 2],
  [2, 1, 2, 2],
  [2, 2, 2, 1],
  [3, 1, 3],
  [1, 3, 3],
];
const main = document.querySelector("main");

/** Reads CSV with quoted cells (RFC 4180) into one object per row. */
function readCsv(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  const [header, ...lines] = rows.filter((row) => row.length > 1);
  return lines.map((line) => Object.fromEntries(header.map((name, column) => [name, line[column] ?? ""])));
}

/** An element with attributes and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const chance = (count) => Math.floor(Math.random() * count);
const freshName = () => `x${crypto.getRandomValues(new Uint32Array(2)).join("")}`;

function shuffled(list) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = chance(last + 1);
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

/** One field: labelled in one of three ways, wrapped once to four times, under names that nobody has seen before. */
function makeField(label, span) {
  const input = make("input", { id: freshName(), name: freshName(), type: "text", autocomplete: "off" });
  const labelings = [
    () => [make("label", { for: input.id }, label), input],
    () => [make("label", {}, label, input)],
    () => {
      const caption = make("strong", { id: freshName() }, label);
      input.setAttribute("aria-labelledby", caption.id);
      return [caption, input];
    },
  ];
  let field = make("div", {}, ...labelings[chance(labelings.length)]());
  for (let depth = chance(4); depth > 0; depth -= 1)
    field = make(["div", "fieldset", "section", "article"][chance(4)], {}, field);
  field.setAttribute("data-span", span);
  return { field, input };
}

/** Shows a round and waits until it is submitted. Gives the columns that were filled wrong. */
function playRound(number, contact, startedMs) {
  const clock = make("time", {}, "0.0 s");
  const spans = ARRANGEMENTS[chance(ARRANGEMENTS.length)].flatMap((count) => Array(count).fill(6 / count));
  const fields = shuffled(FIELDS).map(([column, label], place) => ({ column, ...makeField(label, spans[place]) }));
  const submit = make("div", {}, make("button", { type: "submit" }, "Submit"));
  const form = make("form", { "aria-label": "Contact", novalidate: "" }, ...fields.map(({ field }) => field), submit);
  const progress = make("progress", { max: ROUNDS, value: number - 1, "aria-label": "Rounds done" });
  main.replaceChildren(
    make("section", {}, make("div", {}, make("h2", {}, `Round ${number} of ${ROUNDS}`), clock), progress, form),
  );
  const ticking = setInterval(() => {
    clock.textContent = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  }, 100);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearInterval(ticking);
      resolve(fields.filter(({ column, input }) => input.value.trim() !== contact[column]).map(({ column }) => column));
    });
  });
}

function showResult(wrongByRound, elapsedMs) {
  const total = ROUNDS * FIELDS.length;
  const right = total - wrongByRound.flat().length;
  const percent = Math.floor((right / total) * 100);
  const labelOf = Object.fromEntries(FIELDS);
  const figure = (name, text, perfect) =>
    make(
      "div",
      {},
      make("dt", {}, name),
      make("dd", perfect ? { "data-perfect": "" } : {}, make("output", { "aria-label": name }, text)),
    );
  const rows = wrongByRound.flatMap((wrong, index) =>
    wrong.length === 0
      ? []
      : [
          make(
            "tr",
            {},
            make("td", {}, `Round ${index + 1}`),
            make("td", { "data-wrong": "" }, wrong.map((column) => labelOf[column]).join(", ")),
          ),
        ],
  );
  const head = make("tr", {}, make("th", {}, "Round"), make("th", {}, "Wrong fields"));
  const again = make("button", { type: "button" }, "Start again");
  again.addEventListener("click", play);
  main.replaceChildren(
    make(
      "section",
      {},
      make("div", {}, make("h2", {}, right === total ? "All registered, not one slip" : "All rounds done")),
      make("progress", { max: ROUNDS, value: ROUNDS, "aria-label": "Rounds done" }),
      make(
        "dl",
        {},
        figure("Score", `${percent} %`, right === total),
        figure("Right fields", `${right} of ${total}`),
        figure("Time", `${(elapsedMs / 1000).toFixed(2)} s`),
      ),
      ...(rows.length === 0 ? [] : [make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))]),
      again,
    ),
  );
}

let contacts = [];

async function play() {
  const startedMs = performance.now();
  const wrongByRound = [];
  for (let number = 1; number <= ROUNDS; number += 1) {
    wrongByRound.push(await playRound(number, contacts[number - 1], startedMs));
  }
  showResult(wrongByRound, performance.now() - startedMs);
}

function showStart() {
  const start = make("button", { type: "button" }, "Start");
  start.addEventListener("click", play);
  main.replaceChildren(
    make(
      "section",
      {},
      make(
        "ol",
        {},
        make("li", {}, "Take the first contact of people.csv and enter its seven values."),
        make("li", {}, "Submit. The form rearranges itself for the next contact, in the order of the file."),
        make("li", {}, "After ten rounds you see how many of the seventy fields were right, and how long it took."),
      ),
      start,
    ),
  );
}

contacts = readCsv(await (await fetch("people.csv")).text());
showStart();
