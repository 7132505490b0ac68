/**
 * An email while it is written: as HTML and as plain text beside the form, and as a test to oneself.
 */

// A module of its own, whose names are nobody else's.
export {};

/** Milliseconds without a key pressed after which the preview follows. */
const PAUSE = 400;

const form = document.getElementById("letter-form");
const html = document.querySelector("iframe[data-letter]");
const plain = document.querySelector("iframe[data-plain]");

/** A frame that is as high as what it shows, and takes no focus. @param {HTMLIFrameElement} frame */
function fit(frame) {
  const shown = frame.contentDocument;
  if (!shown?.body) return;
  shown.body.inert = true;
  // No less than a frame is high does what it shows say of itself.
  frame.style.blockSize = "0";
  frame.style.blockSize = `${shown.documentElement.scrollHeight}px`;
}

/** @param {HTMLIFrameElement} frame @param {string} text */
function showHtml(frame, text) {
  const [shown, within] = [frame.contentDocument, /** @type {(Window & typeof globalThis) | null} */ (frame.contentWindow)];
  if (!shown || !within) return;
  // Read and shown by the frame: its policy lets an email have its style in itself, and runs no script.
  const written = new within.DOMParser().parseFromString(text, "text/html");
  shown.replaceChild(shown.adoptNode(written.documentElement), shown.documentElement);
  const subject = document.querySelector("[data-subject]");
  if (subject) subject.textContent = shown.title;
}

/** @param {HTMLIFrameElement} frame @param {string} text */
function showPlain(frame, text) {
  const page = frame.contentDocument?.querySelector("pre");
  if (page) page.textContent = text;
}

/** What is wrong with the text, "" if nothing is. @param {string} sentence */
function say(sentence) {
  const [fault, fits] = ["[data-fault]", "[data-fits]"].map((name) => document.querySelector(name));
  if (!(fault instanceof HTMLElement && fits instanceof HTMLElement)) return;
  fault.hidden = sentence === "";
  fits.hidden = sentence !== "";
  const words = fault.querySelector("span");
  if (words && words.textContent !== sentence) words.textContent = sentence;
  // What the page came with said the same, or what was wrong before.
  for (const earlier of document.querySelectorAll("#subject-fault, #text-fault")) earlier.remove();
}

let latest = 0;

/** @param {HTMLFormElement} typed */
async function show(typed) {
  const mine = (latest += 1);
  for (const [frame, draw] of /** @type {const} */ ([[html, showHtml], [plain, showPlain]])) {
    if (!(frame instanceof HTMLIFrameElement)) continue;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(typed)) if (typeof value === "string") body.set(name, value);
    const answer = await fetch(frame.src, { method: "POST", body });
    const text = await answer.text();
    if (mine !== latest) return;
    if (answer.status === 400) return say(text);
    if (!answer.ok) return;
    say("");
    draw(frame, text);
    fit(frame);
  }
}

/** Put variables where the cursor was, in the subject or the text. @param {HTMLFormElement} typed */
function offerVariables(typed) {
  const fields = [...typed.elements].filter((field) => (field instanceof HTMLInputElement && field.name === "subject") || field instanceof HTMLTextAreaElement);
  /** @type {Element | undefined} */
  let target = fields.find((field) => field instanceof HTMLTextAreaElement);
  for (const field of fields) field.addEventListener("focus", () => { target = field; });
  for (const button of document.querySelectorAll("button[data-inserts]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.disabled = false;
    button.addEventListener("click", () => {
      if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
      target.setRangeText(button.dataset.inserts ?? "", target.selectionStart ?? 0, target.selectionEnd ?? 0, "end");
      target.dispatchEvent(new Event("input", { bubbles: true }));
      target.focus();
    });
  }
}

if (form instanceof HTMLFormElement) {
  offerVariables(form);
  let pause = 0;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => show(form), PAUSE);
  });
  // What a refused form or a browser that comes back filled in is not what the frames came with.
  const isSaved = [...form.elements].every((field) => !(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || field.value === field.defaultValue);
  if (!isSaved || form.querySelector("[aria-invalid]") || document.querySelector("dialog[data-opened], .note.ok")) show(form);
}

for (const frame of [html, plain]) {
  if (!(frame instanceof HTMLIFrameElement)) continue;
  frame.addEventListener("load", () => fit(frame));
  fit(frame);
}
// A frame that was not shown has no height yet.
for (const turn of document.querySelectorAll('.letters-shown input[name="form"]')) {
  turn.addEventListener("change", () => {
    for (const frame of [html, plain]) if (frame instanceof HTMLIFrameElement) fit(frame);
  });
}

// The test is sent with what stands in the form.
for (const field of document.querySelectorAll("input[data-of]")) {
  if (!(field instanceof HTMLInputElement)) continue;
  field.form?.addEventListener("formdata", (event) => {
    const typed = document.getElementById(field.dataset.of ?? "");
    if (typed instanceof HTMLInputElement || typed instanceof HTMLTextAreaElement) event.formData.set(field.name, typed.value);
  });
}
for (const button of document.querySelectorAll("button[data-scripted]")) if (button instanceof HTMLButtonElement) button.hidden = false;
