/**
 * Taking a customer's QR code: a photo that came by mail, or a screen held before the webcam. It is read here, by what the
 * phone page reads with, and only its text is sent.
 */
import { opened } from "/pwa/js/address.js";
import { CameraTrouble, watch } from "/pwa/js/camera.js";
import { reader } from "/pwa/js/scanner.js";

/**
 * In the language of the page.
 *
 * @type {Record<"denied" | "none" | "failed" | "late" | "no_reader" | "no_code" | "no_picture" | "another", string>}
 */
const WORDS = JSON.parse(document.getElementById("scanning-words")?.textContent ?? "{}");

/** @param {HTMLFormElement} form */
function init(form) {
  const link = form.querySelector('input[name="link"]');
  const outcome = form.querySelector("[data-outcome], .outcome");
  const video = form.querySelector("video");
  const photo = form.querySelector('input[type="file"]');
  const webcam = form.querySelector("[data-webcam]");
  if (
    !(link instanceof HTMLInputElement && outcome instanceof HTMLElement && video instanceof HTMLVideoElement) ||
    !(photo instanceof HTMLInputElement && webcam instanceof HTMLButtonElement)
  ) return;
  /** @type {AbortController | null} */
  let looking = null;
  const label = webcam.querySelector("[data-stop]") ?? webcam;
  const start = label.textContent;
  const stopping = (label instanceof HTMLElement && label.dataset.stop) || webcam.dataset.webcam || start;

  /** @param {string} text */
  const say = (text) => {
    outcome.hidden = text === "";
    if (outcome.textContent !== text) outcome.textContent = text;
  };

  /** @param {string | null} text @returns {boolean} whether it is what we look for */
  const take = (text) => {
    if (text === null) return false;
    if (opened(text) === null) {
      say(WORDS.another);
      return false;
    }
    link.value = text;
    form.requestSubmit();
    return true;
  };

  const stop = () => {
    looking?.abort();
    looking = null;
    label.textContent = start;
  };

  /** @param {File | undefined} file */
  const look = async (file) => {
    if (file === undefined) return;
    say("");
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return say(WORDS.no_picture);
    }
    let text;
    try {
      text = await (await reader())(picture);
    } catch {
      return say(WORDS.no_reader);
    }
    if (text === null) say(WORDS.no_code);
    take(text);
  };

  photo.addEventListener("change", () => {
    const [file] = photo.files ?? [];
    photo.value = "";
    look(file);
  });

  // Beside its mark, too, a dropped photo would replace the page.
  const around = form.closest("dialog") ?? form;
  around.addEventListener("dragover", (event) => event.preventDefault());
  around.addEventListener("drop", (event) => {
    if (!(event instanceof DragEvent) || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    look(event.dataTransfer.files[0]);
  });

  webcam.addEventListener("click", async () => {
    if (looking) return stop();
    const own = (looking = new AbortController());
    label.textContent = stopping;
    say("");
    try {
      const read = await reader();
      const wait = (/** @type {boolean} */ isLate) => say(isLate ? WORDS.late : "");
      await watch(video, async (picture) => take(await read(picture)), own.signal, wait);
    } catch (error) {
      // What is not the webcam's is the reader's: not loaded, or without a picture that it can read.
      if (!own.signal.aborted) say(error instanceof CameraTrouble ? WORDS[error.kind === "busy" ? "failed" : error.kind] : WORDS.no_reader);
    }
    if (looking === own) stop();
  });

  // A closed dialog looks at nothing.
  form.closest("dialog")?.addEventListener("close", stop);
  const ways = form.querySelector("[data-sources]");
  if (ways instanceof HTMLElement) ways.hidden = false;
}

for (const form of document.querySelectorAll("form[data-scanning]")) {
  if (form instanceof HTMLFormElement) init(form);
}
