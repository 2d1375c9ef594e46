# Stages: build, runtime. The daemon runs as user 65532 on a root that may be read-only; only /data
# is written. docker build -t connectly-webhookd .
FROM debian:12-slim AS build
WORKDIR /src
COPY deploy/lib/install deploy/lib/install
COPY deploy/packages deploy/packages
RUN deploy/lib/install deploy/packages
COPY CMakeLists.txt CMakePresets.json ./
COPY server server
RUN cmake --preset release && cmake --build build/release --target connectly-webhookd \
    && strip --strip-debug build/release/connectly-webhookd

FROM debian:12-slim
COPY deploy/lib/install deploy/packages.runtime /tmp/deploy/
RUN /tmp/deploy/install /tmp/deploy/packages.runtime \
    && rm -rf /tmp/deploy /var/lib/apt/lists/* /var/cache/apt \
    && mkdir -p /data /etc/webhookd && chown 65532:65532 /data
COPY --from=build /src/build/release/connectly-webhookd /usr/bin/connectly-webhookd
COPY deploy/compose/webhookd.yaml /etc/webhookd/webhookd.yaml
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8443 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
    CMD ["/usr/bin/curl", "--silent", "--fail", "--output", "/dev/null", "http://127.0.0.1:9464/readyz"]
ENTRYPOINT ["/usr/bin/connectly-webhookd"]
CMD ["serve", "--config", "/etc/webhookd/webhookd.yaml"]
