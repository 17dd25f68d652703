// fast-check with one seed for every run: a fault it finds is found again, and a commit is not refused for the luck of a draw.
// PROPERTY_SEED=N draws otherwise; PROPERTY_SEED=random, each time anew (fast-check prints the seed of what fails).
import fc from 'fast-check';

const asked = process.env['PROPERTY_SEED'] ?? '20261123';
if (asked !== 'random') fc.configureGlobal({ seed: Number.parseInt(asked, 10) });

export default fc;
