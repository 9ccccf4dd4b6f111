// The service's status -> the strip at the foot of the page.

import { entitle } from "./task.js";

const $ = (id) => document.getElementById(id);
const count = new Intl.NumberFormat("en");
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

const SEVERITY = ["stable", "warning", "drift"];

/** What a signal says once it drifts. */
const SIGNALS = {
  utility: "how much the model could learn from texts",
  uncertainty: "how unsure the model is",
  separation: "how easily new texts are told from earlier ones",
  embedding_shift: "what texts are about",
  class_mix: "how often each class is predicted",
  audit_error: "how often the model errs where that is checked",
};

export function show(status) {
  const { accuracy, drift, labelling } = status;
  $("texts").textContent = count.format(status.texts);
  $("asked").textContent = count.format(status.asked);
  const spent = `${percent.format(status.spent_fraction)} of ${percent.format(status.budget)}`;
  $("budget").textContent = status.budget === null ? "" : spent;
  $("budget").title = "Share of the texts that were asked about, and the budget";
  $("open").textContent = count.format(status.open_requests);
  $("labels").textContent = count.format(status.labels);
  $("labels").title = labelling.reason ?? "";
  $("classes").textContent = status.classes.length === 1 ? "1 class" : `${count.format(status.classes.length)} classes`;
  showAccuracy(accuracy);
  showDrift(drift);
  entitle(status.open_requests);
}

function showAccuracy({ estimate, low, high, answers }) {
  $("accuracy").textContent = answers ? whole.format(estimate) : "–";
  $("interval").textContent = answers ? `${whole.format(low)} to ${whole.format(high)}` : "no checks yet";
  $("interval").title = `95% interval, from ${answers} answered random checks`;
}

function showDrift(drift) {
  const states = Object.values(drift);
  const worst = SEVERITY.findLast((state) => states.includes(state));
  $("drift").textContent = worst ?? "–";
  $("drift").className = worst ?? "";
  $("drift").disabled = !worst;
  const severe = Object.entries(drift).sort(([, a], [, b]) => SEVERITY.indexOf(b) - SEVERITY.indexOf(a));
  $("signals").replaceChildren(...severe.map(signal));
}

function signal([name, state]) {
  const item = document.createElement("li");
  const told = document.createElement("strong");
  told.textContent = state;
  told.className = state;
  item.append(told, ` ${name}`, Object.hasOwn(SIGNALS, name) ? `: ${SIGNALS[name]}` : "");
  return item;
}

$("drift").addEventListener("click", () => {
  $("signals").hidden = !$("signals").hidden;
  $("drift").setAttribute("aria-expanded", String(!$("signals").hidden));
});
