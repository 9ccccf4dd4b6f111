// What became of an answer -> what is told of it, and what it counts for.

const TOLD = {
  repeated: "You had given this answer already.",
  conflicting: "You had answered this one differently before; the first answer stands.",
  closed: "This one was closed meanwhile: somebody else answered it, or it was withdrawn.",
  late: "This question had expired, so the answer was not learned.",
  unknown: "This question is no longer known.",
  held: "Your answers are on hold, so this one was not learned.",
  rejected: "This class is not one of the task's, so the answer was not taken.",
};
const KEPT = ["learned", "skipped", "corrected", "repeated", "conflicting"];
const NO_MORE = ["closed", "late", "unknown"];

/** What to tell of an answer that was not simply learned; undefined of others, and of those not known yet. */
export const told = (outcome, corrects) =>
  corrects && outcome === "closed" ? "It is too late to correct this one." : TOLD[outcome];

/** Whether the answer counts as one that was given: all do that are not told otherwise. */
export const counts = (outcome) => !(outcome in TOLD);

/** Whether an answer of the same reviewer to the same request was taken before. */
export const stands = (outcome) => outcome === "repeated" || outcome === "conflicting";

/** Whether the service tells of the answer that stands from here on, whichever page asks. */
export const kept = (outcome) => KEPT.includes(outcome);

/** Whether another answer could still take its place. */
export const correctable = (outcome) => !NO_MORE.includes(outcome);
