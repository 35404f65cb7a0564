# The image: the binary, the libraries it loads, certificates, a shell. Nothing else, and nothing downloaded but Debian's
# packages. A release passes the base image by digest: --build-arg BASE=debian:bookworm-slim@sha256:…
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
ENV DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
WORKDIR /gatepost
COPY packaging/debian-packages.txt packaging/
RUN apt-get update -q \
 && apt-get install -q -y --no-install-recommends ccache busybox-static \
      $(awk '$1 == "build" { print $2 }' packaging/debian-packages.txt)
COPY CMakeLists.txt CMakePresets.json LICENSE NOTICE ./
COPY cmake cmake
COPY config config
COPY src src
COPY packaging/gatepost.service packaging/
RUN --mount=type=cache,target=/root/.cache/ccache \
    cmake --preset release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
 && cmake --build --preset release \
 && cmake --install build/release --component gatepost --prefix /usr/local --strip
COPY packaging/closure.sh packaging/image_root.sh packaging/sbom.sh packaging/
RUN sh packaging/image_root.sh /root-of-image

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG BASE
LABEL org.opencontainers.image.title="gatepost" \
      org.opencontainers.image.description="Application security posture in the pipeline" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
COPY --from=build /root-of-image /
ENV PATH=/usr/local/bin:/bin LC_ALL=C.UTF-8 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
# No USER: the runners of hosted CI own the workspace as somebody else, and only root may write its files for sure.
# --user works too. The binary is the entrypoint, not a script: shells drop variables with a dash in the name.
ENTRYPOINT ["/usr/local/bin/gatepost"]
