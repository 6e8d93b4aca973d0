'use strict';
// The vendor's own Node.js clients against a server: node story.js pop|ecs ENDPOINT. Prints what was seen as one JSON
// object; tests/api/test_story_node.py says what it must be.

const [, , which, endpoint, region = 'cn-hangzhou'] = process.argv;
const ZONE = `${region}-h`;
const IMAGE = 'debian_12_6_x64_20G_alibase_20240819.vhd';
const TYPE = 'ecs.g7.large';

// Each client as { call(action, parameters) -> reply, or throws }.
function popClient() {
  const { RPCClient } = require('@alicloud/pop-core');
  const client = new RPCClient({
    accessKeyId: 'cleat',
    accessKeySecret: 'cleat-secret',
    endpoint: `http://${endpoint}`,
    apiVersion: '2014-05-26',
  });
  let posts = false; // GET and POST in turn: pop-core can do both
  return {
    call(action, parameters) {
      posts = !posts;
      return client.request(action, { RegionId: region, ...parameters }, { method: posts ? 'POST' : 'GET', timeout: 30000 });
    },
    code: (error) => [error.data && error.data.Code, error.entry && error.entry.response.statusCode],
  };
}

function ecsClient() {
  const ecs = require('@alicloud/ecs20140526');
  const { $OpenApiUtil } = require('@alicloud/openapi-core');
  const client = new ecs.default(new $OpenApiUtil.Config({
    accessKeyId: 'cleat',
    accessKeySecret: 'cleat-secret',
    endpoint,
    protocol: 'http',
    regionId: region,
  }));
  const lower = (name) => name[0].toLowerCase() + name.slice(1);
  const upper = (value) => {
    if (Array.isArray(value)) return value.map(upper);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name[0].toUpperCase() + name.slice(1), upper(each)]));
  };
  return {
    async call(action, parameters) {
      const Request = ecs[`${action}Request`];
      const given = { regionId: region };
      for (const [name, value] of Object.entries(parameters)) given[lower(name)] = value;
      return upper((await client[lower(action)](new Request(given))).body);
    },
    code: (error) => [error.code, error.statusCode],
  };
}

async function until(condition) {
  for (let i = 0; i < 300; i += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen in time');
}

async function story(client) {
  const seen = { statuses: [], refused: [] };
  const disk = async (id) => (await client.call('DescribeDisks', { DiskIds: JSON.stringify([id]) })).Disks.Disk[0];
  const refused = async (action, parameters) => {
    try {
      await client.call(action, parameters);
      seen.refused.push('nothing');
    } catch (error) {
      seen.refused.push(client.code(error));
    }
  };
  const reply = await client.call('RunInstances', { ZoneId: ZONE, ImageId: IMAGE, InstanceType: TYPE, InstanceName: 'node' });
  const [instance] = reply.InstanceIdSets.InstanceIdSet;
  seen.requestId = reply.RequestId;
  await until(async () => {
    const found = await client.call('DescribeInstances', { InstanceIds: JSON.stringify([instance]) });
    return found.Instances.Instance[0].Status === 'Running';
  });
  const { DiskId } = await client.call('CreateDisk', { ZoneId: ZONE, Size: 20, DiskCategory: 'cloud_essd', DiskName: 'ü & <x>' });
  await until(async () => (await disk(DiskId)).Status === 'Available');
  seen.name = (await disk(DiskId)).DiskName;
  seen.types = [typeof (await disk(DiskId)).DeleteAutoSnapshot, typeof (await disk(DiskId)).Size];
  const watch = async (wanted) => {
    await until(async () => {
      const { Status } = await disk(DiskId);
      if (seen.statuses[seen.statuses.length - 1] !== Status) seen.statuses.push(Status);
      return Status === wanted;
    });
  };
  await client.call('AttachDisk', { DiskId, InstanceId: instance });
  await watch('In_use');
  await client.call('DetachDisk', { DiskId, InstanceId: instance });
  await refused('DetachDisk', { DiskId, InstanceId: instance });
  await watch('Available');
  await refused('DetachDisk', { DiskId, InstanceId: instance });
  await refused('DetachDisk', { DiskId: 'd-none', InstanceId: instance });
  await client.call('DeleteInstance', { InstanceId: instance, Force: true });
  await client.call('DeleteDisk', { DiskId });
  return seen;
}

story(which === 'pop' ? popClient() : ecsClient())
  .then((seen) => console.log(JSON.stringify(seen)))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
