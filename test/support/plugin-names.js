/**
 * Names every Fastify plugin. For one without a name, Fastify searches `require.cache`, which Jest builds again at each
 * access: that took two thirds of the time to start a gateway in a test.
 */
Object.defineProperty(Function.prototype, Symbol.for('fastify.display-name'), {
  get() {
    return this.name || 'plugin';
  },
});
