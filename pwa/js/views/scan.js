import { Camera, CameraTrouble } from "../camera.js";
import { el, svg } from "../dom.js";
import { buzz } from "../haptics.js";
import { t } from "../i18n.js";
import { button, iconButton } from "../parts/button.js";
import { icon } from "../parts/icon.js";
import { destination, photographed, reader, refusesReader } from "../scanner.js";
import { announce } from "../screen.js";

/**
 * @typedef {object} Actions
 * @property {(token: string) => void} found
 * @property {() => void} type
 * @property {() => void} back
 */

const CORNERS = "M3 70V30a27 27 0 0 1 27-27h40M230 3h40a27 27 0 0 1 27 27v40M297 230v40a27 27 0 0 1-27 27h-40M70 297H30a27 27 0 0 1-27-27v-40";

/** A line over the picture that says what was seen, or what is the matter. */
function outcomeLine() {
  const line = el("p", { class: "outcome" });
  let isOfPhoto = false;
  const say = (/** @type {string} */ words) => {
    if (line.textContent === words) return;
    line.textContent = words;
    if (words !== "") announce(words);
  };
  return {
    line,
    say,
    /** The camera may say late that it can't be had; what is wrong with a photo that was chosen meanwhile stays. */
    sayOfCamera(/** @type {string} */ words) {
      if (!isOfPhoto) say(words);
    },
    /** @param {"camera" | "photo"} source */
    begin(source) {
      isOfPhoto = source === "photo";
      say("");
    },
  };
}

/** @typedef {ReturnType<typeof outcomeLine>} Outcome */

/** Why nothing reads the picture: not loaded, or not let run. */
function noReader() {
  return t(refusesReader() ? "scan.refused" : "scan.noReader");
}

/**
 * Go where a scanned text leads; returns whether it leads somewhere.
 *
 * @param {string | null} text
 * @param {Outcome} outcome
 * @param {Actions} actions
 */
function follow(text, outcome, { found }) {
  if (text === null) return false;
  const place = destination(text);
  if (place !== null && "token" in place) {
    buzz();
    found(place.token);
    return true;
  }
  outcome.say(place === null ? t("scan.anotherCode") : t("scan.foreign", { host: place.foreign }));
  return false;
}

/**
 * Read a photo; whatever the browser throws at it, a person hears which part did not work.
 *
 * @param {File} file
 * @param {Outcome} outcome
 * @param {Actions} actions
 */
async function take(file, outcome, actions) {
  let picture;
  try {
    picture = await photographed(file);
  } catch {
    return outcome.say(t("scan.unreadablePhoto"));
  }
  let text;
  try {
    text = await (await reader())(picture);
  } catch {
    return outcome.say(noReader());
  }
  if (text === null) outcome.say(t("scan.nothingInPhoto"));
  follow(text, outcome, actions);
}

/** @param {Outcome} outcome @param {Actions} actions */
function photoPicker(outcome, actions) {
  const input = el("input", { id: "photo", type: "file", accept: "image/*", "aria-label": t("scan.photo") });
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    outcome.begin("photo");
    await take(file, outcome, actions);
    input.value = "";
  });
  return el("label", { class: "btn second file", for: "photo" }, input, icon("image"), el("span", { "aria-hidden": "true" }, t("scan.photoShort")));
}

/** What the camera can do besides: a light, and the next camera. @param {Camera} camera */
function cameraButtons(camera) {
  const light = iconButton({
    id: "torch", name: t("scan.torch"), picture: "flashlight", look: "round",
    onPress: async () => light.setAttribute("aria-pressed", String(await camera.toggleTorch())),
  });
  const next = iconButton({ id: "next-camera", name: t("scan.nextCamera"), picture: "switch-camera", look: "round", onPress: () => camera.next() });
  return { light, next };
}

/** @param {HTMLElement} heading @param {() => void} back @param {Node[]} buttons */
function top(heading, back, buttons) {
  const cancel = iconButton({ id: "back", name: t("actions.cancel"), picture: "x", onPress: back });
  return el("header", { class: "top" }, cancel, heading, ...buttons);
}

/**
 * Scan with this page: the camera, a photo, or by typing.
 *
 * @param {Actions} actions
 * @returns {import("../screen.js").View}
 */
export function scanView(actions) {
  const leaving = new AbortController();
  const heading = el("h1", { class: "cut" }, t("scan.title"));
  const outcome = outcomeLine();
  const video = el("video", { muted: true, playsinline: true, hidden: true, "aria-label": t("scan.picture") });
  video.muted = true;
  const camera = new Camera(video, leaving.signal);
  const { light, next } = cameraButtons(camera);
  const frame = el("div", { class: "frame", "aria-hidden": "true" }, svg("svg", { viewBox: "0 0 300 300" }, svg("path", { d: CORNERS })));
  const hint = el("p", { class: "hint" }, t("scan.lead"));
  const trouble = el("span", { class: "big-sign" }, icon("camera-off"));
  const start = button({ id: "camera", label: t("scan.start"), onPress: () => void look() });
  const show = (/** @type {boolean} */ isOn) => {
    for (const part of [frame, hint]) part.hidden = !isOn;
    for (const part of [trouble, start]) part.hidden = isOn;
    light.hidden = !isOn || !camera.hasTorch;
    // Another camera begins in the dark.
    light.setAttribute("aria-pressed", String(camera.isLit));
    next.hidden = !isOn || !camera.hasMore;
  };
  async function look() {
    outcome.begin("camera");
    show(true);
    try {
      const read = await reader();
      await camera.watch({
        look: async (picture) => follow(await read(picture), outcome, actions),
        wait: (isLate) => outcome.sayOfCamera(isLate ? t("scan.camera.late") : ""),
        ready: () => show(true),
      });
    } catch (error) {
      if (leaving.signal.aborted) return;
      show(false);
      // What is not the camera's is the reader's: not loaded, or without a picture that it can read.
      outcome.sayOfCamera(error instanceof CameraTrouble ? t(`scan.camera.${error.kind}`) : noReader());
    }
  }
  const type = button({ id: "type", label: t("scan.type"), look: "second", picture: "keyboard", onPress: actions.type });
  void look();
  return {
    name: "scan", heading, look: "camera", content: [video, frame, trouble, hint, outcome.line, start], announcement: t("scan.lead"),
    top: top(heading, actions.back, [next, light]),
    bar: el("footer", { class: "bar" }, photoPicker(outcome, actions), type),
    leave: () => leaving.abort(),
  };
}
