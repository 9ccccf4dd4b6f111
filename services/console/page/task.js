// The task -> what the page says of it: its name, and what reviewers are told.

const $ = (id) => document.getElementById(id);
let name = "";

export function show(task) {
  name = task.name;
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
