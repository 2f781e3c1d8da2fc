//! How much memory the process may use: the machine's, or the least of the limits of its control
//! groups.

use std::fs;
use std::path::Path;

/// Returns the memory in octets, or `None` where the system does not say.
pub(super) fn available() -> Option<u64> {
    below(Path::new("/"))
}

/// The same with the files of `/proc` and `/sys` below `root`.
fn below(root: &Path) -> Option<u64> {
    let read = |path: &str| fs::read_to_string(root.join(path)).ok();
    let machine = read("proc/meminfo").and_then(|text| total(&text));
    let groups = read("proc/self/cgroup").unwrap_or_default();
    let limits = groups.lines().filter_map(|line| limit(root, line));
    machine.into_iter().chain(limits).min()
}

/// The line `MemTotal` of `/proc/meminfo`.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The least limit of the group that a line of `/proc/self/cgroup` names and of the groups around
/// it. In a container the path may be that of the host, of which only the outermost folder can be
/// seen.
fn limit(root: &Path, line: &str) -> Option<u64> {
    let mut fields = line.splitn(3, ':');
    let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
    let (mount, file) = if controllers.is_empty() {
        ("sys/fs/cgroup", "memory.max")
    } else if controllers.split(',').any(|controller| controller == "memory") {
        ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
    } else {
        return None;
    };
    let group = Path::new(path.trim_start_matches('/'));
    // Without a limit the file says "max", or a number beyond all memory.
    let read = |group: &Path| fs::read_to_string(root.join(mount).join(group).join(file)).ok()?.trim().parse().ok();
    group.ancestors().filter_map(read).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMINFO: &str = "MemTotal:       24689764 kB\nMemFree:        1000 kB\n";

    /// A folder with these files, gone when it is dropped.
    struct Root(std::path::PathBuf);

    impl Root {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("h2-memory-{name}-{}", std::process::id()));
            for (path, text) in files {
                let path = root.join(path);
                fs::create_dir_all(path.parent().expect("it is below the root")).expect("it can be made");
                fs::write(path, text).expect("it can be written");
            }
            Root(root)
        }
    }

    impl Drop for Root {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn without_a_limit_it_is_the_memory_of_the_machine() {
        let root = Root::new("none", &[("proc/meminfo", MEMINFO), ("proc/self/cgroup", "0::/\n")]);
        assert_eq!(below(&root.0), Some(24_689_764 << 10));
    }

    #[test]
    fn the_least_limit_of_all_groups_around_counts() {
        let files = [
            ("proc/meminfo", MEMINFO),
            ("proc/self/cgroup", "0::/outer/inner\n"),
            ("sys/fs/cgroup/outer/memory.max", "67108864\n"),
            ("sys/fs/cgroup/outer/inner/memory.max", "max\n"),
        ];
        assert_eq!(below(&Root::new("v2", &files).0), Some(64 << 20));
    }

    #[test]
    fn older_groups_have_a_folder_for_each_controller() {
        let files = [
            ("proc/meminfo", MEMINFO),
            ("proc/self/cgroup", "9:cpu,cpuacct:/x\n4:memory:/docker/1234\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n"),
        ];
        assert_eq!(below(&Root::new("v1", &files).0), Some(128 << 20));
    }

    #[test]
    fn where_the_system_tells_nothing_nothing_is_known() {
        assert_eq!(below(Path::new("/nonexistent")), None);
        assert_eq!([total(""), total("MemTotal: many kB"), total("MemTotal: 1")], [None; 3]);
    }
}
