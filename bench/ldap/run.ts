// Our mirror against a tuned slapd on the same entries, in turn; prints medians, ratios and targets. README.md says the rest.
//
//   npm run bench:ldap -- [--rounds 3] [--seconds 3] [--quick] [--only slapd|ours] [--match TEXT] [--dir var/bench]
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compareAnswers } from './answers.js';
import { certificateIn } from './certificate.js';
import { compileGenerator, measureNullServer, runOnce, type Generator } from './generator.js';
import { memoryOf } from './process-figures.js';
import { report } from './report.js';
import { writeRequests, type RequestFiles } from './requests.js';
import { measureRounds } from './rounds.js';
import type { RunningServer } from './running-server.js';
import { listScenarios } from './scenarios.js';
import { fillSlapd, startSlapd } from './slapd.js';
import { installTools } from './tools.js';
