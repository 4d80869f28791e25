#!/usr/bin/env node
import { spawnSync } from 'node:child_process'

process.exitCode = spawnSync('node', ['--version'], { stdio: 'inherit' }).status ?? 1
