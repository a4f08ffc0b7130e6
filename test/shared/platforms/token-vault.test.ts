import { describe, expect, test } from 'vitest';
import { createDataKeys, createTokenVault } from '../../../shared/platforms/token-vault.ts';
import { awsFault, KEY_ARN, startAws } from '../../support/aws.ts';

async function vaults() {
  const aws = await startAws();
  const dataKeys = createDataKeys({ keyId: KEY_ARN });
  const vault = createTokenVault({ dataKeys, platform: 'spotify' });
  return { aws, vault, ofOtherPlatform: createTokenVault({ dataKeys, platform: 'deezer' }) };
}

describe('a sealed refresh token', () => {
  test('is opened by its user, with the key that stands beside it', async () => {
    const { vault } = await vaults();
    const key = await vault.newKey('alice');
    const sealed = key.seal('AQ-refresh-token');
    expect(Buffer.from(sealed).includes('AQ-refresh-token')).toBe(false);
    expect((await vault.openKey('alice', key.sealed)).open(sealed)).toBe('AQ-refresh-token');
  });

  test('never looks the same twice', async () => {
    const { vault } = await vaults();
    const key = await vault.newKey('alice');
    expect(key.seal('AQ')).not.toEqual(key.seal('AQ'));
  });

  test("rotates without KMS: nothing stands between a token's arrival and its storage", async () => {
    const { aws, vault } = await vaults();
    const key = await vault.newKey('alice');
    aws.failWith(awsFault('KMSInternalException', 500));
    expect(key.open(key.seal('AQ-rotated'))).toBe('AQ-rotated');
    expect(aws.calls).toEqual(['TrentService.GenerateDataKey']);
  });

  test("another user's key is not opened by KMS", async () => {
    const { vault } = await vaults();
    const { sealed } = await vault.newKey('alice');
    await expect(vault.openKey('bob', sealed)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test("another platform's key is not opened by KMS", async () => {
    const { vault, ofOtherPlatform } = await vaults();
    const { sealed } = await vault.newKey('alice');
    await expect(ofOtherPlatform.openKey('alice', sealed)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('moved into the item of another user it does not open, even with its own key', async () => {
    const { aws, vault } = await vaults();
    const alices = await vault.newKey('alice');
    const sealed = alices.seal('AQ');
    const bobs = await vault.newKey('bob');
    expect(() => bobs.open(sealed)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    expect(aws.calls).toHaveLength(2);
  });

  test('is bound to user and platform by itself, whatever KMS thinks of its key', async () => {
    const key = { plain: new Uint8Array(32).fill(7), sealed: new Uint8Array([1]) };
    const dataKeys = { generate: async () => key, open: async () => key };
    const [spotify, deezer] = ['spotify', 'deezer'].map((platform) =>
      createTokenVault({ dataKeys, platform }),
    );
    const sealed = (await spotify?.newKey('alice'))?.seal('AQ') as Uint8Array;
    expect((await spotify?.openKey('alice', key.sealed))?.open(sealed)).toBe('AQ');
    for (const other of [
      await spotify?.openKey('bob', key.sealed),
      await deezer?.openKey('alice', key.sealed),
    ])
      expect(() => other?.open(sealed)).toThrow(/^a stored token cannot be opened$/);
  });

  test.each([
    ['a bit of the nonce', 0],
    ['a bit of the text', 13],
    ['a bit of the tag', -1],
  ])('with %s changed does not open, and the error tells nothing', async (_, position) => {
    const { vault } = await vaults();
    const key = await vault.newKey('alice');
    const sealed = Buffer.from(key.seal('AQ-refresh-token'));
    const changed = position < 0 ? sealed.length - 1 : position;
    sealed.writeUInt8(sealed.readUInt8(changed) ^ 1, changed);
    expect(() => key.open(sealed)).toThrow(/^a stored token cannot be opened$/);
  });

  test.each([0, 5, 27])('cut to %i bytes does not open', async (length) => {
    const { vault } = await vaults();
    const key = await vault.newKey('alice');
    expect(() => key.open(key.seal('AQ').subarray(0, length))).toThrow(/cannot be opened/);
  });
});

describe('KMS', () => {
  test.each([
    ['has an internal error', awsFault('KMSInternalException', 500)],
    ['throttles', awsFault('ThrottlingException')],
    ['cannot reach its key', awsFault('KeyUnavailableException', 500)],
  ])('that %s is storage that is not available', async (_, fault) => {
    const { aws, vault } = await vaults();
    const { sealed } = await vault.newKey('alice');
    aws.failWith(fault);
    await expect(vault.newKey('alice')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(vault.openKey('alice', sealed)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  test('that does not know our key is a defect of ours', async () => {
    const { aws, vault } = await vaults();
    aws.failWith(awsFault('NotFoundException'));
    await expect(vault.newKey('alice')).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});
