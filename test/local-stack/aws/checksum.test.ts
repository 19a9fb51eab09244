import { describe, expect, it } from 'vitest';
import { CHECKSUM_NAMES, startChecksum } from '../../../actions/local-stack/aws/checksum.ts';

/** The check values of the CRC catalogue ("123456789"), and SHA as of FIPS 180. */
const CHECK = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

describe('checksums', () => {
  it.each(CHECKSUM_NAMES)('%s of "123456789" is the published value, in one piece or in several', (name) => {
    const whole = startChecksum(name);
    whole.update(Buffer.from('123456789'));
    const pieces = startChecksum(name);
    for (const piece of ['1', '2345', '', '6789']) pieces.update(Buffer.from(piece));
    expect(Buffer.from(whole.digest(), 'base64').toString('hex')).toBe(CHECK[name]);
    expect(Buffer.from(pieces.digest(), 'base64').toString('hex')).toBe(CHECK[name]);
  });
});
