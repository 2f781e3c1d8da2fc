fn main() {
    for case in h2_conformance::catalog::all() {
        for s in h2_conformance::subject::IN_MEMORY {
            let run = h2_conformance::run::run(&case, &mut *(s.make)(&case));
            println!("{} {} {:?}\n{}", case.id, s.name, run.verdict, run.transcript);
        }
    }
}
