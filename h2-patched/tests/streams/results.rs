//! What becomes of the application's calls.

use h2_conformance::script::App as Call;
use h2_conformance::transcript::AppResult;

use crate::accounting::Half;
use crate::hand::Hand;
use crate::model::{Checked, Model};

impl Model<'_> {
    /// A call came to its end: accounting what it did. Only a stream that is over may refuse one.
    pub fn came_to_its_end(&mut self, number: usize, result: &AppResult) -> Checked {
        let Some(call) = self.calls.remove(&number) else { return Ok(()) };
        if let AppResult::Failed(_) = result {
            return self.failed(number, &call);
        }
        let value = match result {
            AppResult::Value(value) => *value,
            _ => 0,
        };
        match call {
            Call::Request { .. } | Call::RequestBeside { .. } => {
                let ended = matches!(call, Call::Request { end: true, .. } | Call::RequestBeside { end: true, .. });
                if matches!(call, Call::Request { .. }) {
                    self.newest = Some(value as u32);
                }
                self.hands.insert(value as u32, Hand { ended, ..Hand::request() });
            }
            Call::Promise { stream } => {
                self.hands.insert(value as u32, Hand::promised(stream));
            }
            Call::AwaitPush { .. } => {
                self.hands.insert(value as u32, Hand::pushed());
            }
            _ => {}
        }
        let Some(hand) = stream_of(&call).and_then(|stream| self.hands.get_mut(&stream)) else { return Ok(()) };
        match call {
            Call::AwaitResponse { .. } => {
                hand.response = false;
                hand.awaiting = None;
                hand.receive = true;
            }
            Call::Respond { end, .. } => {
                hand.responded = true;
                hand.send = true;
                hand.ended = end;
            }
            Call::SendData { octets, end, .. } | Call::WriteAll { octets, end, .. } => {
                hand.handed += octets as u64;
                hand.handed_most = hand.handed_most.max(hand.handed);
                hand.ended = end;
                hand.writer = hand.writer.filter(|writer| writer.call != number);
            }
            Call::SendTrailers { .. } => hand.ended = true,
            Call::Read { .. } => {
                hand.read += value;
                hand.held += value;
                hand.reader = None;
            }
            Call::ReadToEnd { .. } => {
                hand.read += value;
                hand.released += value;
                hand.reader = None;
            }
            Call::Release { octets, .. } => {
                hand.held -= octets as u64;
                hand.released += octets as u64;
            }
            _ => {}
        }
        Ok(())
    }

    fn failed(&mut self, number: usize, call: &Call) -> Checked {
        let Some(stream) = stream_of(call) else {
            let refused = self.accounting.peer_going.is_some() || !self.requester || self.accounting.ended.is_some();
            return self.ensure(refused, || format!("call #{number} fails"));
        };
        let parent_answered = self.accounting.streams.get(&stream).is_some_and(|wire| wire.peer != Half::Idle);
        let over = self.is_over(stream);
        let forbidden = self.accounting.forbids_push() || self.accounting.peer_going.is_some();
        let Some(hand) = self.hands.get_mut(&stream) else { return Ok(()) };
        let expected = match call {
            // The handle was dropped, and the call was left behind.
            Call::AwaitResponse { .. } => std::mem::take(&mut hand.awaiting) != Some(number),
            Call::WriteAll { .. } => hand.writer.take_if(|writer| writer.call == number).is_none(),
            Call::Read { .. } | Call::ReadToEnd { .. } => {
                let reader = hand.reader.take_if(|reader| reader.call == number);
                hand.strays |= reader.is_some_and(|reader| reader.limit.is_some());
                reader.is_none()
            }
            // No promise can follow the response.
            Call::AwaitPush { .. } => parent_answered || !hand.pushes,
            Call::Promise { .. } => forbidden,
            _ => false,
        };
        if matches!(call, Call::AwaitResponse { .. }) && !expected {
            hand.response = false;
        }
        self.ensure(expected || over, || format!("call #{number} fails, and its stream is not over"))
    }

    /// Whether a stream ended before its time, as far as the application can know.
    pub fn is_over(&self, stream: u32) -> bool {
        let wire = self.accounting.streams.get(&stream);
        let hand = self.hands.get(&stream);
        let reset = hand.is_some_and(|hand| hand.reset);
        let forgotten = self.accounting.peer_going.is_some() && wire.is_none();
        // A promise that was not sent goes with its stream.
        let parent = hand.filter(|_| wire.is_none()).and_then(|hand| hand.parent);
        let declined = parent.is_some() && self.accounting.has_declined;
        reset
            || forgotten
            || declined
            || parent.is_some_and(|parent| self.is_over(parent) || self.hands[&parent].is_given_up())
            || self.accounting.ended.is_some()
            || wire.is_some_and(|wire| wire.gone.is_some())
    }
}

fn stream_of(call: &Call) -> Option<u32> {
    Some(match *call {
        Call::AwaitResponse { stream }
        | Call::AwaitPush { stream }
        | Call::Respond { stream, .. }
        | Call::Promise { stream }
        | Call::Reserve { stream, .. }
        | Call::SendData { stream, .. }
        | Call::WriteAll { stream, .. }
        | Call::SendTrailers { stream }
        | Call::Read { stream, .. }
        | Call::ReadToEnd { stream }
        | Call::Release { stream, .. }
        | Call::SetStreamUpdatePolicy { stream, .. }
        | Call::Reset { stream, .. }
        | Call::Drop { stream, .. } => stream,
        _ => return None,
    })
}
