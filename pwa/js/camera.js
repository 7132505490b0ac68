/**
 * The phone's camera, on while a code is looked for.
 */

/** Milliseconds between two looks: often enough for a still hand, seldom enough for the battery. */
const PAUSE = 120;

/** What a phone can say about its camera, as the ending of a catalogue's key. @typedef {"denied" | "none"} Trouble */

export class CameraTrouble extends Error {
  /** @param {Trouble} kind */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/** @param {unknown} error @returns {unknown} the trouble that a person can be told of, or the error itself */
function trouble(error) {
  if (!(error instanceof DOMException)) return error;
  return new CameraTrouble(error.name === "NotAllowedError" ? "denied" : "none");
}

async function turnOn() {
  // Absent on plain HTTP.
  if (navigator.mediaDevices === undefined) throw new CameraTrouble("none");
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    throw trouble(error);
  }
}

/**
 * Show what the camera sees until `look` has had enough, or the signal ends it.
 *
 * @param {HTMLVideoElement} video
 * @param {(video: HTMLVideoElement) => Promise<boolean>} look returns whether it has found what it looks for
 * @param {AbortSignal} signal
 */
export async function watch(video, look, signal) {
  const stream = await turnOn();
  try {
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted && !(await look(video))) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  } catch (error) {
    throw trouble(error);
  } finally {
    // Also where the view was left before the first picture: a camera must not stay on unseen.
    stream.getTracks().forEach((track) => track.stop());
  }
}
