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

/** @param {HTMLVideoElement} video */
async function turnOn(video) {
  // Absent on plain HTTP.
  if (navigator.mediaDevices === undefined) throw new CameraTrouble("none");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    video.srcObject = stream;
    await video.play();
    return stream;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new CameraTrouble(error.name === "NotAllowedError" ? "denied" : "none");
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
  const stream = await turnOn(video);
  const turnOff = () => stream.getTracks().forEach((track) => track.stop());
  try {
    while (!signal.aborted && !(await look(video))) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  } finally {
    turnOff();
  }
}
