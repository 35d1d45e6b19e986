# The image of the plugin: Node.js, the built program, its production dependencies, and nothing else.
# Build:  docker build --build-arg VERSION=0.1.0 -t csi-datasafe:0.1.0 .
# Another base, for example a mirror's:  --build-arg NODE_IMAGE=...
# The same sources give the same content: dependencies come from the lock file, times from SOURCE_DATE_EPOCH (`make image`).
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG SOURCE_DATE_EPOCH=0
WORKDIR /build
# The optional dependencies are Node.js itself for machines that lack it; this image has it.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY proto proto
COPY src src
RUN npm run generate && npm run build
RUN npm ci --ignore-scripts --omit=dev --omit=optional
COPY scripts/write-sbom.ts scripts/
RUN npm pkg delete devDependencies && node scripts/write-sbom.ts sbom.spdx.json

FROM ${NODE_IMAGE}
ARG VERSION=0.0.0
LABEL org.opencontainers.image.title="csi-datasafe" \
      org.opencontainers.image.description="CSI controller for Alibaba Cloud disks that never loses data without a way back" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# A running plugin installs nothing: no package manager, no way in through one.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
WORKDIR /app
COPY --from=build /build/package.json /build/sbom.spdx.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/proto proto
COPY --from=build /build/dist dist
ENV NODE_ENV=production
# The numeric id lets Kubernetes check runAsNonRoot. Nothing in the image is writable for it.
USER 65532:65532
EXPOSE 11270
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
