"""What pip has to be told of the network as QGIS knows it: proxies and certificates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Tuple

from qgis.core import QgsApplication, QgsNetworkAccessManager
from qgis.PyQt.QtCore import QProcessEnvironment, QUrl
from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkProxyQuery

from ..installation import clean_environment

ASKED_FOR = "https://pypi.org/"  # the proxy may depend on the address
CERTIFICATES = "certificates.pem"


@dataclass(frozen=True)
class Network:
    """A proxy as pip takes it ("" for none), and the certificate authorities that QGIS trusts (PEM)."""

    proxy: str = ""
    certificates: bytes = b""

    @classmethod
    def of_qgis(cls, address: str = ASKED_FOR) -> "Network":
        """As QGIS's options have them; in the GUI thread."""
        manager = QgsApplication.authManager()
        trusted = b"" if manager is None or manager.isDisabled() else bytes(manager.trustedCaCertsPemText())
        return cls(_proxy_for(address), trusted)

    def environment(self, folder: Path, configured: Tuple[str, ...] = ()) -> QProcessEnvironment:
        """The surroundings of pip. What its own configuration has (``configured``: names of options) is left to it.

        The certificates are written into ``folder``; raises OSError.
        """
        environment = clean_environment()
        environment.insert("PIP_NO_INPUT", "1")
        environment.insert("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        if self.proxy and "proxy" not in configured:
            environment.insert("PIP_PROXY", self.proxy)
        if self.certificates and "cert" not in configured:
            path = folder / CERTIFICATES
            path.write_bytes(self.certificates)
            environment.insert("PIP_CERT", str(path))
        return environment


def _proxy_for(address: str) -> str:
    """The proxy that QGIS takes for an address, as a URL with what it needs to log in; "" for none."""
    factory = QgsNetworkAccessManager.instance().proxyFactory()
    found = factory.queryProxy(QNetworkProxyQuery(QUrl(address))) if factory is not None else []
    proxy = found[0] if found else QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)
    schemes = {
        QNetworkProxy.ProxyType.HttpProxy: "http",
        QNetworkProxy.ProxyType.HttpCachingProxy: "http",
        QNetworkProxy.ProxyType.Socks5Proxy: "socks5",
    }
    scheme = schemes.get(proxy.type())
    if scheme is None or not proxy.hostName():
        return ""
    url = QUrl()
    url.setScheme(scheme)
    url.setHost(proxy.hostName())
    url.setPort(proxy.port())
    url.setUserName(proxy.user())
    url.setPassword(proxy.password())
    return bytes(url.toEncoded()).decode("ascii")
