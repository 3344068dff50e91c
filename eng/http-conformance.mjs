// Counts the runs of eng/http-conformance.sh as the suite's own page does: a test whose dependencies failed has not passed.
// What fails beyond the tests below, each with what it comes of, is a failure.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const interim = 'neither HttpClient nor Kestrel passes on what is no final response'
const known = new Map([
  ['interim-102', interim],
  ['interim-103', interim],
  ['interim-not-cached', interim],
  ['interim-no-header-reuse', interim],
  ['conditional-lm-fresh-no-lm', 'wants a 304 for a response made after the time that the request names (RFC 9111, section 4.3.2, goes by its Date)'],
  ['partial-store-partial-complete', 'wants a part without a validator to be completed (RFC 9110, section 15.3.7.3, combines what shares a strong one)']
])

const [suite, results, runs, ...proxy] = process.argv.slice(2)
const { default: suites } = await import(join(resolve(suite), 'tests/index.mjs'))
const { determineTestResult, resultTypes } = await import(join(resolve(suite), 'test-engine/lib/results.mjs'))
const names = new Map(Object.entries(resultTypes).map(([name, type]) => [type, name]))
const failures = new Map()

for (let run = 1; run <= Number(runs); run++) {
  const answers = JSON.parse(readFileSync(join(results, `${run}.json`), 'utf8'))
  const counts = { required: [0, 0], optimal: [0, 0], check: [0, 0] }
  for (const test of suites.flatMap(one => one.tests).filter(test => !test.browser_only)) {
    const kind = test.kind ?? 'required'
    const type = determineTestResult(suites, test.id, answers)
    counts[kind][1]++
    if (type === resultTypes.pass || type === resultTypes.yes) counts[kind][0]++
    else if (kind !== 'check') failures.set(test.id, [...failures.get(test.id) ?? [], `run ${run}, ${kind}, ${names.get(type)}: ${answers[test.id]?.[1] ?? ''}`])
  }

  console.log(`run ${run}: ${counts.required.join(' of ')} required, ${counts.optimal.join(' of ')} optimal, ${counts.check.join(' of ')} checks answered yes`)
}

for (const [id, all] of failures) {
  console.log(`${id}${known.has(id) ? `, known: ${known.get(id)}` : ''}`)
  for (const one of all) console.log(`    ${one}`)
}

process.exitCode = [...failures.keys()].every(id => known.has(id)) ? 0 : 1
