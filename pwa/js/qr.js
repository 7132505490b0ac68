/**
 * Draws QR codes, where somebody asks for one; what draws them is on the phone before the network goes.
 */
const DRAWER = "/pwa/vendor/lean-qr/index.js";

/** Pixels of a dot: what shows the picture may make it larger, and then smooths it. */
const DOT = 4;

/**
 * The picture of a QR code as a data: address, with as few and as large dots as the text allows.
 *
 * @param {string} text
 * @returns {Promise<string>}
 */
export async function qrPicture(text) {
  const { correction, generate } = await import(DRAWER);
  const code = generate(text, { maxCorrectionLevel: correction.L });
  // White between the dots, whatever the theme is: not every reader takes an inverted code.
  return code.toDataURL({ scale: DOT, off: [255, 255, 255, 255] });
}
