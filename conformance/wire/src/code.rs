//! Numbers that RFC 9113 assigns: frame types and flags (section 6), settings (6.5.2), error codes
//! (7).

/// Frame types.
pub mod kind {
    pub const DATA: u8 = 0x0;
    pub const HEADERS: u8 = 0x1;
    pub const PRIORITY: u8 = 0x2;
    pub const RST_STREAM: u8 = 0x3;
    pub const SETTINGS: u8 = 0x4;
    pub const PUSH_PROMISE: u8 = 0x5;
    pub const PING: u8 = 0x6;
    pub const GOAWAY: u8 = 0x7;
    pub const WINDOW_UPDATE: u8 = 0x8;
    pub const CONTINUATION: u8 = 0x9;
}

/// Frame flags. The same bit means different things on different types.
pub mod flag {
    pub const ACK: u8 = 0x1;
    pub const END_STREAM: u8 = 0x1;
    pub const END_HEADERS: u8 = 0x4;
    pub const PADDED: u8 = 0x8;
    pub const PRIORITY: u8 = 0x20;
}

/// Identifiers of settings.
pub mod setting {
    pub const HEADER_TABLE_SIZE: u16 = 0x1;
    pub const ENABLE_PUSH: u16 = 0x2;
    pub const MAX_CONCURRENT_STREAMS: u16 = 0x3;
    pub const INITIAL_WINDOW_SIZE: u16 = 0x4;
    pub const MAX_FRAME_SIZE: u16 = 0x5;
    pub const MAX_HEADER_LIST_SIZE: u16 = 0x6;
    /// RFC 8441.
    pub const ENABLE_CONNECT_PROTOCOL: u16 = 0x8;
}

/// Error codes.
pub mod error {
    pub const NO_ERROR: u32 = 0x0;
    pub const PROTOCOL_ERROR: u32 = 0x1;
    pub const INTERNAL_ERROR: u32 = 0x2;
    pub const FLOW_CONTROL_ERROR: u32 = 0x3;
    pub const SETTINGS_TIMEOUT: u32 = 0x4;
    pub const STREAM_CLOSED: u32 = 0x5;
    pub const FRAME_SIZE_ERROR: u32 = 0x6;
    pub const REFUSED_STREAM: u32 = 0x7;
    pub const CANCEL: u32 = 0x8;
    pub const COMPRESSION_ERROR: u32 = 0x9;
    pub const CONNECT_ERROR: u32 = 0xa;
    pub const ENHANCE_YOUR_CALM: u32 = 0xb;
    pub const INADEQUATE_SECURITY: u32 = 0xc;
    pub const HTTP_1_1_REQUIRED: u32 = 0xd;
}

/// The initial size of every flow-control window (section 6.9.2).
pub const DEFAULT_WINDOW: u32 = 65_535;
/// The largest size a flow-control window may have (section 6.9.1).
pub const MAX_WINDOW: u32 = (1 << 31) - 1;
/// The initial and smallest SETTINGS_MAX_FRAME_SIZE (section 6.5.2).
pub const DEFAULT_FRAME_SIZE: usize = 16_384;

/// The name of an error code, or its number where it has none.
#[must_use]
pub fn error_name(code: u32) -> String {
    const NAMES: [&str; 14] = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    NAMES.get(code as usize).map_or_else(|| format!("{code:#x}"), |name| (*name).to_string())
}

/// The name of a frame type, or its number where it has none.
#[must_use]
pub fn kind_name(kind: u8) -> String {
    const NAMES: [&str; 10] = [
        "DATA",
        "HEADERS",
        "PRIORITY",
        "RST_STREAM",
        "SETTINGS",
        "PUSH_PROMISE",
        "PING",
        "GOAWAY",
        "WINDOW_UPDATE",
        "CONTINUATION",
    ];
    NAMES.get(kind as usize).map_or_else(|| format!("type {kind:#x}"), |name| (*name).to_string())
}

/// The name of a setting, or its number where it has none.
#[must_use]
pub fn setting_name(id: u16) -> String {
    match id {
        setting::HEADER_TABLE_SIZE => "HEADER_TABLE_SIZE".into(),
        setting::ENABLE_PUSH => "ENABLE_PUSH".into(),
        setting::MAX_CONCURRENT_STREAMS => "MAX_CONCURRENT_STREAMS".into(),
        setting::INITIAL_WINDOW_SIZE => "INITIAL_WINDOW_SIZE".into(),
        setting::MAX_FRAME_SIZE => "MAX_FRAME_SIZE".into(),
        setting::MAX_HEADER_LIST_SIZE => "MAX_HEADER_LIST_SIZE".into(),
        setting::ENABLE_CONNECT_PROTOCOL => "ENABLE_CONNECT_PROTOCOL".into(),
        other => format!("{other:#x}"),
    }
}
