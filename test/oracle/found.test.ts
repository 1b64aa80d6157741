/** Cases that were answered wrongly once: each is answered rightly now, or refused with a code. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { check } from './check.ts'
import { document, foundFiles, oracleDocument, readFound } from './document.ts'
import { foundText } from './report.ts'

describe('cases that the oracle found', () => {
  for (const file of foundFiles()) {
    const kept = readFound(file)
    it(`${file}: ${kept.title}`, async () => {
      for (const verdict of await check(kept)) {
        if (verdict.kind === 'wrong') {
          assert.fail(foundText({ seed: 0, shrunk: kept, wrong: verdict }))
        }
        assert.notEqual(verdict.kind, 'discarded', 'it is no case any more')
      }
    })
  }

  it('stand in docs/oracle.md, with what plain Apollo Gateway makes of them', async () => {
    assert.equal(readFileSync(document, 'utf8'), await oracleDocument(), 'run npm run docs:oracle')
  })
})
