//! An upload of 8 MiB between a client and a server of the same h2, in memory, by the size of the
//! server's windows.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use h2_benches::subject::{Handler, Shape, BOTH};

const OCTETS: usize = 8 << 20;

fn bodies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bodies");
    group.throughput(Throughput::Bytes(OCTETS as u64));
    for (size, window) in [("64KiB", 64 << 10), ("1MiB", 1 << 20)] {
        for (name, subject) in BOTH {
            let mut pair = (subject.pair)(&Shape { handler: Handler::Spawned, window: Some(window) });
            group.bench_function(format!("{name}/upload-8MiB/{size}"), |bencher| bencher.iter(|| pair.upload(OCTETS)));
        }
    }
    group.finish();
}

criterion_group!(benches, bodies);
criterion_main!(benches);
