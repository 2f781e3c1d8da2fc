//! How the application leaves a stream before its end: by a reset, or by dropping handles.

use super::Exchange;
use crate::legal::application::News;
use crate::legal::plan::Draw;

impl Exchange {
    pub(super) fn reset(&mut self, draw: &mut Draw, news: &mut Vec<News>) {
        let code = draw.one(&[0, 2, 8, 8, 7, 11]);
        match (&mut self.send, &mut self.respond, &mut self.respond_pushed) {
            (Some(send), _, _) => send.send_reset(code.into()),
            (None, Some(respond), _) => respond.send_reset(code.into()),
            (None, None, Some(respond)) => respond.send_reset(code.into()),
            (None, None, None) => return,
        }
        self.sent_all = true;
        self.writing = None;
        news.push(News::Reset { stream: self.id, code });
    }

    pub(super) fn drop_some(&mut self, draw: &mut Draw, news: &mut Vec<News>) {
        news.push(News::Dropped { stream: self.id });
        let what = draw.below(5);
        let names = ["receiver", "response", "promises", "senders", "all"];
        news.push(News::Did { stream: self.id, what: names[what as usize] });
        match what {
            0 => {
                // The stream keeps a window without the credit that was kept: all of it goes at the
                // end, because the rest of a body would take that many round trips.
                self.left |= self.held > 0 && !self.got_all;
                self.got_all |= self.receive.take().is_some();
            }
            1 => {
                (self.response, self.pushed) = (None, None);
                self.got_all |= self.receive.is_none();
            }
            2 => self.drop_pushes(news),
            3 => self.drop_senders(),
            _ => self.drop_all(),
        }
        self.held *= usize::from(self.receive.is_some());
    }

    pub(in super::super) fn drop_pushes(&mut self, news: &mut Vec<News>) {
        if self.pushes.take().is_some() {
            news.push(News::NoPromises { stream: self.id });
        }
    }

    fn drop_senders(&mut self) {
        self.left |= !self.sent_all;
        (self.send, self.respond, self.respond_pushed, self.writing) = (None, None, None, None);
        self.sent_all = true;
    }

    pub(in super::super) fn drop_all(&mut self) {
        self.drop_senders();
        (self.receive, self.response, self.pushed, self.pushes) = (None, None, None, None);
        (self.got_all, self.held) = (true, 0);
    }
}
