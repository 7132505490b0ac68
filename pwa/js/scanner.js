/**
 * Reads QR codes from pictures: the browser's own reader where there is one, else a WebAssembly of ours.
 */

import { opened } from "./address.js";
import { atOnce, inTime, soon } from "./convenience.js";

const READER = "/pwa/vendor/zxing-wasm/reader/index.js";
const WASM = "/pwa/vendor/zxing-wasm/zxing_reader.wasm";

/** Pixels on the longer side: enough for a code that fills a third of a picture. */
const LARGEST = 1600;

/** @typedef {HTMLVideoElement | ImageBitmap | HTMLImageElement} Picture */
/** @typedef {(picture: Picture) => Promise<string | null>} Reader the text of a code, null where none is seen */

/** Most browsers have none, and some have only its name: ours reads everywhere. @returns {Promise<Reader | null>} */
async function browsersOwn() {
  const Detector = /** @type {any} */ (window).BarcodeDetector;
  const formats = await soon(inTime(() => Detector.getSupportedFormats()));
  if (!formats.done || !Array.from(formats.result ?? []).includes("qr_code")) return null;
  const detector = atOnce(() => new Detector({ formats: ["qr_code"] }));
  if (!detector.done) return null;
  return async (picture) => {
    const found = await soon(inTime(() => detector.result.detect(picture)));
    if (!found.done) throw found.error ?? new Error("No answer.");
    return found.result[0]?.rawValue ?? null;
  };
}

/** @param {Picture} picture @param {CanvasRenderingContext2D} context */
function pixels(picture, context) {
  const [width, height] =
    picture instanceof HTMLVideoElement ? [picture.videoWidth, picture.videoHeight] : [picture.width, picture.height];
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const { canvas } = context;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** @returns {Promise<Reader>} */
async function ours() {
  const zxing = await import(READER);
  // Without this it would ask a server elsewhere for its other half.
  await zxing.prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("No canvas.");
  return async (picture) => {
    const found = await zxing.readBarcodes(pixels(picture, context), { formats: ["QRCode"], tryHarder: true });
    return found[0]?.text ?? null;
  };
}

/**
 * The browser's own reader, and ours from its first failure on: some browsers have the name, and no reader behind it.
 *
 * @param {Reader} own
 * @returns {Reader}
 */
function orOurs(own) {
  let read = own;
  return async (picture) => {
    try {
      return await read(picture);
    } catch (error) {
      if (read !== own) throw error;
      read = await ours();
      return read(picture);
    }
  };
}

/** The smallest of all modules: its head. */
const NOTHING = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

/** Whether the browser refuses to run what reads codes: too old, or told so by its settings. */
export function refusesReader() {
  return !atOnce(() => new WebAssembly.Module(NOTHING)).done;
}

/**
 * A photo, as something that can be read.
 *
 * @param {File} file
 * @returns {Promise<Picture>}
 */
export async function photographed(file) {
  // Safari has it since version 15.
  if (typeof createImageBitmap === "function") return createImageBitmap(file);
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

/** @type {Promise<Reader> | null} */
let loading = null;

/** Get a reader ready. @returns {Promise<Reader>} */
export async function reader() {
  if (loading === null) loading = browsersOwn().then((own) => (own === null ? ours() : orOurs(own)));
  try {
    return await loading;
  } catch (error) {
    // The next attempt loads it anew.
    loading = null;
    throw error;
  }
}

/**
 * What a scanned text leads to: a token of ours, another server's page, or something else altogether.
 *
 * @param {string} text
 * @returns {{token: string} | {foreign: string} | null}
 */
export function destination(text) {
  const found = opened(text.trim());
  if (found === null || !/^https?:\/\/[^/?]+\/+a\/*(\?.*)?$/i.test(found.place)) return null;
  const { host } = new URL(found.place);
  return host === location.host ? { token: found.carried } : { foreign: host };
}
