// A refused token -> another one: asked for once, however many calls wait for it, and kept while the tab is open.

const $ = (id) => document.getElementById(id);
const KEY = "sluice.token";
let token = read();
let asked = null;

function read() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function write() {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // A browser that keeps nothing asks for the token each time.
  }
}

/** The token that calls bring, or null. */
export const known = () => token;

/** Resolves once there is another token than the one that was refused. */
export async function another(refused) {
  if (token !== refused) return;
  asked ??= ask(refused).finally(() => (asked = null));
  await asked;
}

function ask(refused) {
  $("token-refused").hidden = refused === null;
  $("token").value = "";
  $("token-dialog").showModal();
  return new Promise((resolve) => {
    $("token-form").onsubmit = () => {
      token = $("token").value.trim();
      write();
      resolve();
    };
  });
}

// Without a token there is nothing behind it to go back to.
$("token-dialog").addEventListener("cancel", (event) => event.preventDefault());
