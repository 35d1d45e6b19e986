# The image of the plugin: Node.js, the libraries that it loads, the built program, its production dependencies, and nothing
# else: no shell, no package manager.
# Build:  make image
# Another base, for example a mirror's:  --build-arg NODE_IMAGE=...  (Debian with Node.js and npm; only what is copied ships)
# npm through a registry or proxy of your own:  --secret id=npmrc,src=$HOME/.npmrc --secret id=npm-ca,src=ca.crt; neither stays.
# The same sources and base give the same layers: packages come from the lock file, modes and times are set.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# The optional dependencies are Node.js itself for machines that lack it; this image has it.
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=npmrc,target=/run/secrets/npmrc \
    --mount=type=secret,id=npm-ca,target=/run/secrets/npm-ca \
    if [ -s /run/secrets/npmrc ]; then export NPM_CONFIG_USERCONFIG=/run/secrets/npmrc; fi; \
    if [ -s /run/secrets/npm-ca ]; then export NPM_CONFIG_CAFILE=/run/secrets/npm-ca; fi; \
    npm ci --ignore-scripts --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY proto proto
COPY src src
RUN npm run generate && npm run build
# What is left is what the lock file names for production; nothing is fetched.
RUN npm prune --ignore-scripts --omit=dev --omit=optional --offline
COPY LICENSE ./
COPY scripts/write-sbom.ts scripts/lay-out-image.sh scripts/
# Of the commit, so that the same sources give the same times.
ARG SOURCE_DATE_EPOCH=0
RUN npm pkg delete devDependencies \
 && node scripts/write-sbom.ts sbom.spdx.json \
 && sh scripts/lay-out-image.sh . /image

FROM scratch
ARG VERSION=0.0.0
LABEL org.opencontainers.image.title="csi-datasafe" \
      org.opencontainers.image.description="CSI controller for Alibaba Cloud disks that never loses data without a way back" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# Two layers: the first changes with the base only.
COPY --from=build /image/base/ /
COPY --from=build /image/app/ /app/
WORKDIR /app
ENV NODE_ENV=production \
    PATH=/usr/local/bin
# The numeric id lets Kubernetes check runAsNonRoot. Nothing in the image is writable for it, but /tmp.
USER 65532:65532
EXPOSE 11270
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
