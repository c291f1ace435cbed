from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeviceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_CORE: _ClassVar[DeviceType]
    DEVICE_SENSOR: _ClassVar[DeviceType]
    DEVICE_DISPLAY: _ClassVar[DeviceType]
    DEVICE_BUTTON: _ClassVar[DeviceType]

class BoxMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODE_MAINTENANCE: _ClassVar[BoxMode]
    MODE_NORMAL: _ClassVar[BoxMode]
    MODE_EMERGENCY: _ClassVar[BoxMode]

class EmergencyType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TYPE_MEDICAL: _ClassVar[EmergencyType]
    TYPE_FIRE: _ClassVar[EmergencyType]
    TYPE_CRIME: _ClassVar[EmergencyType]
    TYPE_SICK: _ClassVar[EmergencyType]
    TYPE_HELP: _ClassVar[EmergencyType]
DEVICE_CORE: DeviceType
DEVICE_SENSOR: DeviceType
DEVICE_DISPLAY: DeviceType
DEVICE_BUTTON: DeviceType
MODE_MAINTENANCE: BoxMode
MODE_NORMAL: BoxMode
MODE_EMERGENCY: BoxMode
TYPE_MEDICAL: EmergencyType
TYPE_FIRE: EmergencyType
TYPE_CRIME: EmergencyType
TYPE_SICK: EmergencyType
TYPE_HELP: EmergencyType

class KiezboxMessage(_message.Message):
    __slots__ = ("update", "control", "distress")
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    DISTRESS_FIELD_NUMBER: _ClassVar[int]
    update: Update
    control: Control
    distress: Emergency
    def __init__(self, update: _Optional[_Union[Update, _Mapping]] = ..., control: _Optional[_Union[Control, _Mapping]] = ..., distress: _Optional[_Union[Emergency, _Mapping]] = ...) -> None: ...

class Meta(_message.Message):
    __slots__ = ("box_id", "dist_id", "sens_id", "dev_type")
    BOX_ID_FIELD_NUMBER: _ClassVar[int]
    DIST_ID_FIELD_NUMBER: _ClassVar[int]
    SENS_ID_FIELD_NUMBER: _ClassVar[int]
    DEV_TYPE_FIELD_NUMBER: _ClassVar[int]
    box_id: int
    dist_id: int
    sens_id: int
    dev_type: DeviceType
    def __init__(self, box_id: _Optional[int] = ..., dist_id: _Optional[int] = ..., sens_id: _Optional[int] = ..., dev_type: _Optional[_Union[DeviceType, str]] = ...) -> None: ...

class Update(_message.Message):
    __slots__ = ("meta", "unix_time", "core", "sensor", "arrival_time")
    META_FIELD_NUMBER: _ClassVar[int]
    UNIX_TIME_FIELD_NUMBER: _ClassVar[int]
    CORE_FIELD_NUMBER: _ClassVar[int]
    SENSOR_FIELD_NUMBER: _ClassVar[int]
    ARRIVAL_TIME_FIELD_NUMBER: _ClassVar[int]
    meta: Meta
    unix_time: int
    core: Core
    sensor: Sensor
    arrival_time: int
    def __init__(self, meta: _Optional[_Union[Meta, _Mapping]] = ..., unix_time: _Optional[int] = ..., core: _Optional[_Union[Core, _Mapping]] = ..., sensor: _Optional[_Union[Sensor, _Mapping]] = ..., arrival_time: _Optional[int] = ...) -> None: ...

class Core(_message.Message):
    __slots__ = ("mode", "router", "values")
    MODE_FIELD_NUMBER: _ClassVar[int]
    ROUTER_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    mode: BoxMode
    router: Router
    values: CoreValues
    def __init__(self, mode: _Optional[_Union[BoxMode, str]] = ..., router: _Optional[_Union[Router, _Mapping]] = ..., values: _Optional[_Union[CoreValues, _Mapping]] = ...) -> None: ...

class Router(_message.Message):
    __slots__ = ("powered",)
    POWERED_FIELD_NUMBER: _ClassVar[int]
    powered: bool
    def __init__(self, powered: _Optional[bool] = ...) -> None: ...

class CoreValues(_message.Message):
    __slots__ = ("temp_out", "temp_in", "humid_in", "solar_voltage", "solar_power", "solar_energy_day", "solar_energy_total", "battery_voltage", "battery_current", "temp_rtc")
    TEMP_OUT_FIELD_NUMBER: _ClassVar[int]
    TEMP_IN_FIELD_NUMBER: _ClassVar[int]
    HUMID_IN_FIELD_NUMBER: _ClassVar[int]
    SOLAR_VOLTAGE_FIELD_NUMBER: _ClassVar[int]
    SOLAR_POWER_FIELD_NUMBER: _ClassVar[int]
    SOLAR_ENERGY_DAY_FIELD_NUMBER: _ClassVar[int]
    SOLAR_ENERGY_TOTAL_FIELD_NUMBER: _ClassVar[int]
    BATTERY_VOLTAGE_FIELD_NUMBER: _ClassVar[int]
    BATTERY_CURRENT_FIELD_NUMBER: _ClassVar[int]
    TEMP_RTC_FIELD_NUMBER: _ClassVar[int]
    temp_out: int
    temp_in: int
    humid_in: int
    solar_voltage: int
    solar_power: int
    solar_energy_day: int
    solar_energy_total: int
    battery_voltage: int
    battery_current: int
    temp_rtc: int
    def __init__(self, temp_out: _Optional[int] = ..., temp_in: _Optional[int] = ..., humid_in: _Optional[int] = ..., solar_voltage: _Optional[int] = ..., solar_power: _Optional[int] = ..., solar_energy_day: _Optional[int] = ..., solar_energy_total: _Optional[int] = ..., battery_voltage: _Optional[int] = ..., battery_current: _Optional[int] = ..., temp_rtc: _Optional[int] = ...) -> None: ...

class Sensor(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: SensorValues
    def __init__(self, values: _Optional[_Union[SensorValues, _Mapping]] = ...) -> None: ...

class SensorValues(_message.Message):
    __slots__ = ("temp_main", "humid_main", "pressure", "air_quality", "part_pm25", "part_pm10", "noise", "temp_rtc", "battery_voltage")
    TEMP_MAIN_FIELD_NUMBER: _ClassVar[int]
    HUMID_MAIN_FIELD_NUMBER: _ClassVar[int]
    PRESSURE_FIELD_NUMBER: _ClassVar[int]
    AIR_QUALITY_FIELD_NUMBER: _ClassVar[int]
    PART_PM25_FIELD_NUMBER: _ClassVar[int]
    PART_PM10_FIELD_NUMBER: _ClassVar[int]
    NOISE_FIELD_NUMBER: _ClassVar[int]
    TEMP_RTC_FIELD_NUMBER: _ClassVar[int]
    BATTERY_VOLTAGE_FIELD_NUMBER: _ClassVar[int]
    temp_main: int
    humid_main: int
    pressure: int
    air_quality: int
    part_pm25: int
    part_pm10: int
    noise: int
    temp_rtc: int
    battery_voltage: int
    def __init__(self, temp_main: _Optional[int] = ..., humid_main: _Optional[int] = ..., pressure: _Optional[int] = ..., air_quality: _Optional[int] = ..., part_pm25: _Optional[int] = ..., part_pm10: _Optional[int] = ..., noise: _Optional[int] = ..., temp_rtc: _Optional[int] = ..., battery_voltage: _Optional[int] = ...) -> None: ...

class Emergency(_message.Message):
    __slots__ = ("type", "button_id", "unix_time", "message")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BUTTON_ID_FIELD_NUMBER: _ClassVar[int]
    UNIX_TIME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    type: EmergencyType
    button_id: int
    unix_time: int
    message: bytes
    def __init__(self, type: _Optional[_Union[EmergencyType, str]] = ..., button_id: _Optional[int] = ..., unix_time: _Optional[int] = ..., message: _Optional[bytes] = ...) -> None: ...

class Control(_message.Message):
    __slots__ = ("meta",)
    META_FIELD_NUMBER: _ClassVar[int]
    meta: Meta
    def __init__(self, meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...
