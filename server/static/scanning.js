/**
 * Taking a customer's QR code: a photo that came by mail, or a screen held before the webcam. It is read here, by what the
 * phone page reads with, and only its text is sent.
 */
import { opened } from "/pwa/js/address.js";
import { CameraTrouble, watch } from "/pwa/js/camera.js";
import { reader } from "/pwa/js/scanner.js";

const CAMERA = {
  denied: "The browser blocks the webcam. Allow it next to the address bar, or choose a photo instead.",
  none: "No webcam found. A webcam needs HTTPS. Choose a photo instead.",
  failed: "The webcam isn’t working. Try again, or choose a photo instead.",
  late: "The webcam hasn’t started yet. Allow it if the browser asks, or choose a photo instead.",
};
const NO_READER = "The scanner isn’t working. Try again, or paste the wizard’s link.";
const NO_CODE = "No QR code found in this picture. Take it again, closer and straight on.";
const NO_PICTURE = "The browser can’t read this file. Choose a PNG or JPEG.";
const ANOTHER = "This QR code isn’t from a License Wizard. Scan the one on the computer’s screen.";

/** @param {HTMLFormElement} form */
function init(form) {
  const link = form.querySelector('input[name="link"]');
  const told = form.querySelector(".outcome");
  const video = form.querySelector("video");
  const photo = form.querySelector('input[type="file"]');
  const webcam = form.querySelector("[data-webcam]");
  if (
    !(link instanceof HTMLInputElement && told instanceof HTMLElement && video instanceof HTMLVideoElement) ||
    !(photo instanceof HTMLInputElement && webcam instanceof HTMLButtonElement)
  ) return;
  /** @type {AbortController | null} */
  let looking = null;

  /** @param {string} text */
  const say = (text) => {
    told.hidden = text === "";
    if (told.textContent !== text) told.textContent = text;
  };

  /** @param {string | null} text @returns {boolean} whether it is what we look for */
  const take = (text) => {
    if (text === null) return false;
    if (opened(text) === null) {
      say(ANOTHER);
      return false;
    }
    link.value = text;
    form.requestSubmit();
    return true;
  };

  const stop = () => {
    looking?.abort();
    looking = null;
    webcam.textContent = "Webcam";
  };

  photo.addEventListener("change", async () => {
    const [file] = photo.files ?? [];
    photo.value = "";
    if (file === undefined) return;
    say("");
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return say(NO_PICTURE);
    }
    let text;
    try {
      text = await (await reader())(picture);
    } catch {
      return say(NO_READER);
    }
    if (text === null) say(NO_CODE);
    take(text);
  });

  webcam.addEventListener("click", async () => {
    if (looking) return stop();
    const own = (looking = new AbortController());
    webcam.textContent = "Stop webcam";
    say("");
    try {
      const read = await reader();
      const wait = (/** @type {boolean} */ isLate) => say(isLate ? CAMERA.late : "");
      await watch(video, async (picture) => take(await read(picture)), own.signal, wait);
    } catch (error) {
      // What is not the webcam's is the reader's: not loaded, or without a picture that it can read.
      if (!own.signal.aborted) say(error instanceof CameraTrouble ? CAMERA[error.kind] : NO_READER);
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
