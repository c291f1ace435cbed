from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_DISABLED: _ClassVar[Role]
    ROLE_PRIMARY: _ClassVar[Role]
    ROLE_SECONDARY: _ClassVar[Role]
ROLE_DISABLED: Role
ROLE_PRIMARY: Role
ROLE_SECONDARY: Role

class ServiceEnvelope(_message.Message):
    __slots__ = ("packet", "channel_id", "gateway_id")
    PACKET_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_ID_FIELD_NUMBER: _ClassVar[int]
    packet: MeshPacket
    channel_id: bytes
    gateway_id: bytes
    def __init__(self, packet: _Optional[_Union[MeshPacket, _Mapping]] = ..., channel_id: _Optional[bytes] = ..., gateway_id: _Optional[bytes] = ...) -> None: ...

class MeshPacket(_message.Message):
    __slots__ = ("sender", "to", "channel", "decoded", "encrypted", "id", "rx_time", "hop_limit", "want_ack", "via_mqtt", "hop_start", "pki_encrypted")
    SENDER_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    DECODED_FIELD_NUMBER: _ClassVar[int]
    ENCRYPTED_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    RX_TIME_FIELD_NUMBER: _ClassVar[int]
    HOP_LIMIT_FIELD_NUMBER: _ClassVar[int]
    WANT_ACK_FIELD_NUMBER: _ClassVar[int]
    VIA_MQTT_FIELD_NUMBER: _ClassVar[int]
    HOP_START_FIELD_NUMBER: _ClassVar[int]
    PKI_ENCRYPTED_FIELD_NUMBER: _ClassVar[int]
    sender: int
    to: int
    channel: int
    decoded: Data
    encrypted: bytes
    id: int
    rx_time: int
    hop_limit: int
    want_ack: bool
    via_mqtt: bool
    hop_start: int
    pki_encrypted: bool
    def __init__(self, sender: _Optional[int] = ..., to: _Optional[int] = ..., channel: _Optional[int] = ..., decoded: _Optional[_Union[Data, _Mapping]] = ..., encrypted: _Optional[bytes] = ..., id: _Optional[int] = ..., rx_time: _Optional[int] = ..., hop_limit: _Optional[int] = ..., want_ack: _Optional[bool] = ..., via_mqtt: _Optional[bool] = ..., hop_start: _Optional[int] = ..., pki_encrypted: _Optional[bool] = ...) -> None: ...

class Data(_message.Message):
    __slots__ = ("portnum", "payload", "want_response", "request_id", "reply_id", "emoji", "bitfield")
    PORTNUM_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    WANT_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REPLY_ID_FIELD_NUMBER: _ClassVar[int]
    EMOJI_FIELD_NUMBER: _ClassVar[int]
    BITFIELD_FIELD_NUMBER: _ClassVar[int]
    portnum: int
    payload: bytes
    want_response: bool
    request_id: int
    reply_id: int
    emoji: int
    bitfield: int
    def __init__(self, portnum: _Optional[int] = ..., payload: _Optional[bytes] = ..., want_response: _Optional[bool] = ..., request_id: _Optional[int] = ..., reply_id: _Optional[int] = ..., emoji: _Optional[int] = ..., bitfield: _Optional[int] = ...) -> None: ...

class Routing(_message.Message):
    __slots__ = ("route_request", "route_reply", "error_reason")
    ROUTE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    ROUTE_REPLY_FIELD_NUMBER: _ClassVar[int]
    ERROR_REASON_FIELD_NUMBER: _ClassVar[int]
    route_request: bytes
    route_reply: bytes
    error_reason: int
    def __init__(self, route_request: _Optional[bytes] = ..., route_reply: _Optional[bytes] = ..., error_reason: _Optional[int] = ...) -> None: ...

class ToRadio(_message.Message):
    __slots__ = ("packet", "want_config_id", "disconnect", "heartbeat")
    PACKET_FIELD_NUMBER: _ClassVar[int]
    WANT_CONFIG_ID_FIELD_NUMBER: _ClassVar[int]
    DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    packet: MeshPacket
    want_config_id: int
    disconnect: bool
    heartbeat: Heartbeat
    def __init__(self, packet: _Optional[_Union[MeshPacket, _Mapping]] = ..., want_config_id: _Optional[int] = ..., disconnect: _Optional[bool] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("nonce",)
    NONCE_FIELD_NUMBER: _ClassVar[int]
    nonce: int
    def __init__(self, nonce: _Optional[int] = ...) -> None: ...

class FromRadio(_message.Message):
    __slots__ = ("id", "packet", "my_info", "config_complete_id", "rebooted", "channel", "queue_status")
    ID_FIELD_NUMBER: _ClassVar[int]
    PACKET_FIELD_NUMBER: _ClassVar[int]
    MY_INFO_FIELD_NUMBER: _ClassVar[int]
    CONFIG_COMPLETE_ID_FIELD_NUMBER: _ClassVar[int]
    REBOOTED_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    QUEUE_STATUS_FIELD_NUMBER: _ClassVar[int]
    id: int
    packet: MeshPacket
    my_info: MyNodeInfo
    config_complete_id: int
    rebooted: bool
    channel: Channel
    queue_status: QueueStatus
    def __init__(self, id: _Optional[int] = ..., packet: _Optional[_Union[MeshPacket, _Mapping]] = ..., my_info: _Optional[_Union[MyNodeInfo, _Mapping]] = ..., config_complete_id: _Optional[int] = ..., rebooted: _Optional[bool] = ..., channel: _Optional[_Union[Channel, _Mapping]] = ..., queue_status: _Optional[_Union[QueueStatus, _Mapping]] = ...) -> None: ...

class MyNodeInfo(_message.Message):
    __slots__ = ("my_node_num",)
    MY_NODE_NUM_FIELD_NUMBER: _ClassVar[int]
    my_node_num: int
    def __init__(self, my_node_num: _Optional[int] = ...) -> None: ...

class QueueStatus(_message.Message):
    __slots__ = ("res", "free", "maxlen", "mesh_packet_id")
    RES_FIELD_NUMBER: _ClassVar[int]
    FREE_FIELD_NUMBER: _ClassVar[int]
    MAXLEN_FIELD_NUMBER: _ClassVar[int]
    MESH_PACKET_ID_FIELD_NUMBER: _ClassVar[int]
    res: int
    free: int
    maxlen: int
    mesh_packet_id: int
    def __init__(self, res: _Optional[int] = ..., free: _Optional[int] = ..., maxlen: _Optional[int] = ..., mesh_packet_id: _Optional[int] = ...) -> None: ...

class Channel(_message.Message):
    __slots__ = ("index", "settings", "role")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    index: int
    settings: ChannelSettings
    role: Role
    def __init__(self, index: _Optional[int] = ..., settings: _Optional[_Union[ChannelSettings, _Mapping]] = ..., role: _Optional[_Union[Role, str]] = ...) -> None: ...

class ChannelSettings(_message.Message):
    __slots__ = ("psk", "name")
    PSK_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    psk: bytes
    name: bytes
    def __init__(self, psk: _Optional[bytes] = ..., name: _Optional[bytes] = ...) -> None: ...
