'use strict';
// Huawei Cloud's own Node.js client against a server: node story_huawei.js URL. Prints what was seen as one JSON object;
// tests/api/test_huawei_node.py says what it must be. It finds its project by itself.

const core = require('@huaweicloud/huaweicloud-sdk-core');
const ecs = require('@huaweicloud/huaweicloud-sdk-ecs/v2/public-api');

const [, , url, secret = 'cleat-secret'] = process.argv;
const credentials = new core.BasicCredentials().withAk('cleat').withSk(secret).withIamEndpoint(url);
const client = ecs.EcsClient.newBuilder().withCredential(credentials).withRegion(new core.Region('cn-north-4', url)).build();

async function done(answer) {
  for (let i = 0; i < 600; i += 1) {
    const job = await client.showJob(new ecs.ShowJobRequest(answer.job_id));
    if (job.status !== 'RUNNING' && job.status !== 'INIT') return job.status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen in time');
}

async function refused(call) {
  try {
    await call();
    return 'nothing';
  } catch (error) {
    return [error.errorCode, error.httpStatusCode];
  }
}

async function main() {
  const seen = { jobs: [] };
  const volume = { volumetype: 'SSD', size: 40 };
  const made = await client.createServers(new ecs.CreateServersRequest().withBody({
    server: {
      name: 'node', imageRef: '1189efbf-d48b-46ad-a823-94b942e2a000', flavorRef: 's6.large.2', vpcid: 'vpc-1',
      availability_zone: 'cn-north-4a', nics: [{ subnet_id: 'subnet-1' }], root_volume: volume, data_volumes: [volume],
    },
  }));
  seen.jobs.push(await done(made));
  const server = made.serverIds[0];
  const devices = async () => (await client.listServerBlockDevices(new ecs.ListServerBlockDevicesRequest(server)))
    .volumeAttachments.map((each) => [each.device, each.volumeId]).sort();
  seen.before = (await devices()).map(([device]) => device);
  const [, data] = (await devices())[1];
  const detach = () => client.detachServerVolume(new ecs.DetachServerVolumeRequest(server, data));
  seen.jobs.push(await done(await detach()));
  seen.detached = (await devices()).map(([device]) => device);
  seen.refused = [await refused(detach), await refused(() => client.showServer(new ecs.ShowServerRequest('none')))];
  seen.jobs.push(await done(await client.attachServerVolume(new ecs.AttachServerVolumeRequest(server)
    .withBody({ volumeAttachment: { volumeId: data } }))));
  seen.after = (await devices()).map(([device]) => device);
  return seen;
}

main().then((seen) => process.stdout.write(JSON.stringify(seen))).catch((error) => {
  console.error(error);
  process.exit(1);
});
