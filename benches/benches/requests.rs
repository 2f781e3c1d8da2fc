//! Tiny requests between a client and a server of the same h2, in memory: 100 streams at a time.

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use h2_benches::subject::{Handler, Shape, BOTH};

const STREAMS: usize = 100;

fn requests(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("requests");
    group.throughput(Throughput::Elements(STREAMS as u64));
    for (handling, handler) in [("tiny-inline", Handler::Inline), ("tiny-spawned", Handler::Spawned)] {
        for (name, subject) in BOTH {
            let mut pair = (subject.pair)(&Shape { handler, window: None });
            group.bench_function(format!("{name}/{handling}"), |bencher| bencher.iter(|| pair.requests(STREAMS)));
        }
    }
    group.finish();
}

criterion_group!(benches, requests);
criterion_main!(benches);
