# kinesim alone in an image: one static binary, no shell, no libraries.
#
#     docker build --build-arg KINESIM_COMMIT="$(git rev-parse --short HEAD)" -t kinesim .
#     docker run --rm -p 127.0.0.1:4566:4566 kinesim
#
# See docs/endpoint.md, "In a container".

FROM rust:1.95-slim-bookworm AS build
WORKDIR /kinesim
COPY . .
# What `kinesim --version` says besides the version; there is no repository here.
ARG KINESIM_COMMIT
# With a target named, build scripts and macros are not linked statically, which they cannot be.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/kinesim/target \
    target=$(rustc -vV | sed -n 's/^host: //p') \
    && export RUSTFLAGS="-C target-feature=+crt-static" CARGO_PROFILE_RELEASE_STRIP=debuginfo \
    && cargo build --locked --release --features tls,postgres --bin kinesim --target "$target" \
    && cp "target/$target/release/kinesim" /usr/local/bin/kinesim

FROM scratch
COPY --from=build /usr/local/bin/kinesim /kinesim
EXPOSE 4566
# Nothing here needs to be root, or to write.
USER 65534:65534
# Asks 127.0.0.1:4566; exits with 1 if nothing answers there, or what is kept cannot be kept any longer.
HEALTHCHECK --interval=2s --timeout=3s --retries=5 CMD ["/kinesim", "health"]
ENTRYPOINT ["/kinesim"]
# Inside of a container 127.0.0.1 is reached by nobody else.
CMD ["serve", "--bind", "0.0.0.0"]
