# The dashboard is built with what only development needs.
FROM node:24-slim AS dashboard
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY scripts/build-web.ts ./scripts/
COPY src ./src
COPY web ./web
RUN node scripts/build-web.ts

# Runs the checkout as it is: Node 24 reads TypeScript, so there is nothing else to build.
FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production LOADLINE_HOME=/var/lib/loadline
RUN mkdir /var/lib/loadline && chown node:node /var/lib/loadline
COPY package.json package-lock.json ./
# The Node that comes along for old systems is not needed in an image that has one.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/.bin/node
COPY loadline.config.ts ./
COPY src ./src
COPY --from=dashboard /app/web/dist ./web/dist
USER node
VOLUME /var/lib/loadline
EXPOSE 4100
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "src/cli/main.ts"]
CMD ["--help"]
