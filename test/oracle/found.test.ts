/** Cases that were answered wrongly once: each is answered rightly now, or refused with a code. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { KeptCase } from './case.ts'
import { check } from './check.ts'
import { foundText } from './report.ts'

const folder = join(import.meta.dirname, 'found')

describe('cases that the oracle found', () => {
  for (const file of readdirSync(folder).toSorted()) {
    const kept = JSON.parse(readFileSync(join(folder, file), 'utf8')) as KeptCase // written by the oracle
    it(`${file}: ${kept.title}`, async () => {
      for (const verdict of await check(kept)) {
        if (verdict.kind === 'wrong') {
          assert.fail(foundText({ seed: 0, shrunk: kept, wrong: verdict }))
        }
        assert.notEqual(verdict.kind, 'discarded', 'it is no case any more')
      }
    })
  }
})
