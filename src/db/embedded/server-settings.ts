import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';

/** The server's settings, given on its command line so that the files stay as initdb made them. */
export function serverSettings(port: number, isDisposable: boolean): string[] {
  const megabytes = Math.floor(totalmem() / 2 ** 20);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    // Sized for the national files on 8 GiB and more, less on a small machine.
    shared_buffers: `${clamp(megabytes / 8, 32, 256)}MB`,
    effective_cache_size: `${clamp(megabytes / 2, 64, 16_384)}MB`,
    maintenance_work_mem: `${clamp(megabytes / 16, 32, 512)}MB`,
    work_mem: `${clamp(megabytes / 128, 4, 64)}MB`,
    dynamic_shared_memory_type: sharedMemoryType(),
    random_page_cost: '1.1',
    jit: 'off',
    max_parallel_maintenance_workers: '2',
    // No replica reads this server: bulk loads into new tables then skip the log.
    wal_level: isDisposable ? 'minimal' : 'replica',
    max_wal_senders: isDisposable ? '0' : '4',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    // The log never holds the directory's data, only what is wrong.
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    lc_messages: 'C',
    ...(isDisposable
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' }
      : { fsync: 'on' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function clamp(value: number, min: number, max: number): number {
  return Math.floor(Math.min(max, Math.max(min, value)));
}

/** Containers often have a /dev/shm of 64 MB, on which parallel queries fail: then ordinary files serve. */
function sharedMemoryType(): string {
  if (process.platform !== 'linux') return 'posix';
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize >= 512 * 2 ** 20 ? 'posix' : 'mmap';
  } catch {
    return 'mmap';
  }
}
