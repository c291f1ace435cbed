from api.http.connections import client_address


def test_an_ipv6_site_is_one_address_and_mapped_ipv4_is_ipv4() -> None:
    assert client_address.site("2001:db8:1:2:aaaa::1") == client_address.site("2001:db8:1:2:bbbb::9")
    assert client_address.site("2001:db8:1:2::1") != client_address.site("2001:db8:1:3::1")
    assert client_address.site("::ffff:192.0.2.1") == "192.0.2.1"
    assert client_address.site("fe80::1%wlan0") == "fe80::"
    assert client_address.site("testclient") == "testclient"


def test_a_request_without_an_address_is_nobody_s() -> None:
    assert client_address.of({"type": "http", "client": None}) == client_address.NOBODY
    assert client_address.of({"type": "http", "client": ("192.0.2.1", 0)}) == "192.0.2.1"
