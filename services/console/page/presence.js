// Keys, touches and a look at the tab -> whether somebody is at the page.

const LEFT_MILLISECONDS = 900_000;
let seen = Date.now();

export const somebody = () => !document.hidden && Date.now() - seen < LEFT_MILLISECONDS;

/** Call `act` whenever somebody shows to be there. */
export function watch(act) {
  const present = () => {
    if (document.hidden) return;
    seen = Date.now();
    act();
  };
  for (const sign of ["visibilitychange", "keydown", "pointerdown"]) document.addEventListener(sign, present);
}
