import { createDirectory } from '../../../src/ldap/directory/create-directory.js';
import { defaultLayout } from '../../../src/ldap/directory/layout.js';
import { createSnapshotPlan } from '../../../src/ldap/snapshot/snapshot-plan.js';

export const testDirectory = createDirectory(defaultLayout);
export const testPlan = createSnapshotPlan(defaultLayout, testDirectory.schema);
