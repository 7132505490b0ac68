/**
 * A license file as the text for a QR code that a webcam reads: only what the wizard does not know itself, in the characters
 * that a QR code packs most densely (docs/protocol.md, section 13).
 */
import { SYMBOLS } from "./codes.js";

/** What a license file says, in this order; what else one says can't be left out. */
const SAID = ["iss", "aud", "jti", "iat", "computer_id", "activation_key_sha256", "claims", "computer_name", "features"];

/** @param {Uint8Array} bytes */
function inSymbols(bytes) {
  let [written, value, bits] = ["", 0, 0];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) written += SYMBOLS[(value >> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? written + SYMBOLS[(value << (5 - bits)) & 31] : written;
}

/** @param {string} text base64url */
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

/** @param {string} text */
const objectOf = (text) => JSON.parse(new TextDecoder().decode(bytesOf(text)));

/**
 * @param {string} file
 * @returns {string} the file itself where it says more than this version knows
 */
export function licenseCode(file) {
  const [header, payload, signature] = file.split(".");
  const said = objectOf(payload);
  if (Object.keys(said).join() !== SAID.join()) return file;
  const [, , activation, issued, , , claims, name, features] = SAID.map((key) => said[key]);
  const content = new TextEncoder().encode(JSON.stringify([activation, issued, claims, name, features]));
  return `LIC1/${objectOf(header).kid}/${inSymbols(content)}/${inSymbols(bytesOf(signature))}`;
}
