/**
 * The phone's camera, on while a code is looked for.
 */

/** Milliseconds between two looks: often enough for a still hand, seldom enough for the battery. */
const PAUSE = 120;
/** Milliseconds after which a person hears that the camera keeps them waiting; their browser may be asking them. */
const LATE = 4_000;
/** Milliseconds in which a camera that is on has to show a picture. */
const DARK = 10_000;

const WANTED = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };

/** What a phone can say about its camera, as the ending of a catalog's key. @typedef {"denied" | "none" | "failed"} Trouble */

/** @type {Record<string, Trouble>} */
const TROUBLES = { NotAllowedError: "denied", NotFoundError: "none", OverconstrainedError: "none" };

export class CameraTrouble extends Error {
  /** @param {Trouble} kind */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/** Which kind of error a browser threw: some throw what is no DOMException, and no Error either. @param {unknown} error */
function nameOf(error) {
  return String(Object(error).name);
}

/** @param {unknown} error */
function trouble(error) {
  return error instanceof CameraTrouble ? error : new CameraTrouble(TROUBLES[nameOf(error)] ?? "failed");
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE));

/** @returns {Promise<MediaStream>} */
async function turnOn() {
  try {
    const devices = navigator.mediaDevices;
    // Absent on plain HTTP.
    if (typeof devices?.getUserMedia !== "function") throw new CameraTrouble("none");
    try {
      return await devices.getUserMedia({ video: WANTED });
    } catch (error) {
      if (nameOf(error) !== "OverconstrainedError") throw error;
      return await devices.getUserMedia({ video: true });
    }
  } catch (error) {
    throw trouble(error);
  }
}

/** @param {HTMLVideoElement} video @param {MediaStream} stream */
async function play(video, stream) {
  try {
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    while (video.videoWidth === 0 && stream.active) await pause();
  } catch (error) {
    throw trouble(error);
  }
}

/** Fail after a while without a picture. @param {Promise<void>} playing */
async function soon(playing) {
  let timer = 0;
  const dark = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new CameraTrouble("failed")), DARK);
  });
  try {
    await Promise.race([playing, dark]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Show what the camera sees until `look` has had enough, or the signal ends it.
 *
 * A browser may leave any question to its camera unanswered, and throw anything: that becomes a CameraTrouble.
 *
 * @param {HTMLVideoElement} video hidden, but while there is a picture
 * @param {(video: HTMLVideoElement) => Promise<boolean>} look returns whether it has found what it looks for
 * @param {AbortSignal} signal
 * @param {(isLate: boolean) => void} wait hears when the camera keeps a person waiting, and when it is there after all
 */
export async function watch(video, look, signal, wait) {
  if (signal.aborted) return;
  const left = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  const turnedOn = turnOn();
  const timer = setTimeout(() => wait(true), LATE);
  const watching = async () => {
    const stream = await turnedOn;
    if (signal.aborted) return;
    clearTimeout(timer);
    wait(false);
    await soon(play(video, stream));
    while (!signal.aborted && !(await look(video))) {
      // Another application took it, or it was pulled out: the picture would stand still.
      if (!stream.active) throw new CameraTrouble("failed");
      await pause();
    }
  };
  try {
    await Promise.race([watching(), left]);
  } finally {
    clearTimeout(timer);
    video.hidden = true;
    // Also where the view was left before the camera answered: it must not stay on unseen.
    turnedOn.then((stream) => stream.getTracks().forEach((track) => track.stop()), () => undefined);
  }
}
