// The task -> what the page says of it: its name, what reviewers are told, and what its classes mean.

const $ = (id) => document.getElementById(id);
let name = "";
let described = {};

export function show(task) {
  name = task.name;
  described = task.described;
  $("task").textContent = name;
  $("task").title = name;
  $("task").hidden = !name;
  $("instructions").textContent = task.instructions;
  $("instructions").hidden = !task.instructions;
  entitle(0);
}

/** Name the tab by how many requests are open and by the task. */
export function entitle(open) {
  const number = open ? `(${new Intl.NumberFormat("en").format(open)}) ` : "";
  document.title = `${number}${name ? `${name} · sluice` : "sluice"}`;
}

/** Add to an element what the class means, where the task says it: a line, and all of it where one points at it. */
export function explain(element, label) {
  if (!Object.hasOwn(described, label)) return;
  const { description, examples } = described[label];
  const such = examples.map((example) => `“${example}”`).join("\n");
  const line = document.createElement("span");
  line.className = "meaning";
  line.dir = "auto";
  line.textContent = description || such;
  element.append(line);
  element.title = [description, such].filter(Boolean).join("\n");
}
