import { expect, test, vi } from 'vitest';

test('without the optional package the sandbox says what to install', async () => {
  vi.doMock('dynalite', () => {
    throw new Error("Cannot find package 'dynalite'");
  });
  const { startDynamoDb } = await import('../../src/sandbox/dynamodb/server.ts');
  await expect(startDynamoDb()).rejects.toThrow(
    'The sandbox needs the optional package dynalite: npm install --include=optional',
  );
});
