/**
 * The phone's camera, on while a code is looked for.
 */

import { atOnce, inTime } from "./convenience.js";

/** Milliseconds between two looks: often enough for a still hand, seldom enough for the battery. */
const PAUSE = 120;
/** Milliseconds after which a person hears that the camera keeps them waiting; their browser may be asking them. */
const LATE = 4_000;
/** Milliseconds in which a camera that is on has to show a picture. */
const DARK = 10_000;

const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** What a phone can say about its camera, as the ending of a catalog's key. @typedef {"denied" | "none" | "busy" | "failed"} Trouble */

/** What browsers throw, and what it means. @type {Map<string, Trouble>} */
const TROUBLES = new Map([
  ["NotAllowedError", "denied"], ["NotFoundError", "none"], ["OverconstrainedError", "none"],
  ["NotReadableError", "busy"], ["TrackStartError", "busy"],
]);

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
  return error instanceof CameraTrouble ? error : new CameraTrouble(TROUBLES.get(nameOf(error)) ?? "failed");
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE));

/** @param {string | null} deviceId of one camera, else the one at the back @returns {Promise<MediaStream>} */
async function turnOn(deviceId) {
  try {
    const devices = navigator.mediaDevices;
    // Absent on plain HTTP.
    if (typeof devices?.getUserMedia !== "function") throw new CameraTrouble("none");
    const which = deviceId === null ? { facingMode: "environment" } : { deviceId: { exact: deviceId } };
    try {
      return await devices.getUserMedia({ video: { ...which, ...SIZE } });
    } catch (error) {
      if (nameOf(error) !== "OverconstrainedError") throw error;
      return await devices.getUserMedia({ video: true });
    }
  } catch (error) {
    throw trouble(error);
  }
}

/** The cameras of the phone, as far as it names them. @returns {Promise<string[]>} */
async function cameras() {
  const found = await inTime(() => navigator.mediaDevices.enumerateDevices());
  if (!found.done) return [];
  return found.result.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "").map(({ deviceId }) => deviceId);
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

/** @param {MediaStream} stream */
function turnOff(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

/** @typedef {(video: HTMLVideoElement) => Promise<boolean>} Look returns whether it has found what it looks for */

/** One look through the phone's cameras, from when it is begun until its signal ends it. */
export class Camera {
  /**
   * @param {HTMLVideoElement} video hidden, but while there is a picture
   * @param {AbortSignal} signal
   */
  constructor(video, signal) {
    this.video = video;
    this.signal = signal;
    /** @type {string[]} */
    this.all = [];
    /** @type {string | null} */
    this.chosen = null;
    /** @type {MediaStreamTrack | null} */
    this.track = null;
    this.isLit = false;
    /** Ends the look through the camera in hand, for the next one. @type {() => void} */
    this.goOn = () => undefined;
  }

  get hasMore() {
    return this.all.length > 1;
  }

  /** Whether the camera in hand has a light that the page may switch. */
  get hasTorch() {
    const track = /** @type {any} */ (this.track);
    const able = atOnce(() => track.getCapabilities().torch === true);
    return able.done && able.result;
  }

  /** Switch the light; returns whether it is on. */
  async toggleTorch() {
    const { track } = this;
    const wanted = /** @type {any} */ ({ advanced: [{ torch: !this.isLit }] });
    const switched = await inTime(() => track?.applyConstraints(wanted));
    if (switched.done) this.isLit = !this.isLit;
    return this.isLit;
  }

  /** Take the next of the phone's cameras. */
  next() {
    const own = this.chosen ?? this.track?.getSettings().deviceId ?? "";
    this.chosen = this.all[(this.all.indexOf(own) + 1) % this.all.length] ?? null;
    this.goOn();
  }

  /**
   * Show what the camera sees until `look` has had enough, or the signal ends it.
   *
   * A browser may leave any question to its camera unanswered, and throw anything: that becomes a CameraTrouble.
   *
   * @param {object} hearers
   * @param {Look} hearers.look
   * @param {(isLate: boolean) => void} hearers.wait hears when the camera keeps a person waiting, and when it is there after all
   * @param {() => void} hearers.ready hears when there is a picture
   */
  async watch(hearers) {
    while (!this.signal.aborted && !(await this.watchOne(hearers)));
  }

  /**
   * Look through one camera; returns whether that is the end of it, and not the turn of the next camera.
   *
   * @param {Parameters<Camera["watch"]>[0]} hearers
   */
  async watchOne({ look, wait, ready }) {
    const { video, signal } = this;
    let isOver = false;
    let isNext = false;
    const left = new Promise((resolve) => {
      const end = () => {
        isOver = true;
        resolve(undefined);
      };
      this.goOn = () => {
        isNext = true;
        end();
      };
      signal.addEventListener("abort", end);
    });
    const turnedOn = turnOn(this.chosen);
    const timer = setTimeout(() => wait(true), LATE);
    const watching = async () => {
      const stream = await turnedOn;
      if (isOver) return;
      clearTimeout(timer);
      wait(false);
      await soon(play(video, stream));
      [this.track] = stream.getVideoTracks();
      this.isLit = false;
      this.all = await cameras();
      if (isOver) return;
      ready();
      while (!isOver && !(await look(video))) {
        // Another application took it, or it was pulled out: the picture would stand still.
        if (!stream.active) throw new CameraTrouble("failed");
        await pause();
      }
    };
    try {
      await Promise.race([watching(), left]);
    } finally {
      isOver = true;
      clearTimeout(timer);
      video.hidden = true;
      // Also where the view was left before the camera answered: it must not stay on unseen.
      turnedOn.then(turnOff, () => undefined);
    }
    return !isNext;
  }
}

/**
 * Show what the one camera sees until `look` has had enough, or the signal ends it.
 *
 * @param {HTMLVideoElement} video
 * @param {Look} look
 * @param {AbortSignal} signal
 * @param {(isLate: boolean) => void} wait
 */
export function watch(video, look, signal, wait) {
  return new Camera(video, signal).watch({ look, wait, ready: () => undefined });
}
